"""Notes for clients, in their own languages: where to go, and what to bring."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's sentences; `online` has a place for the meeting's `{link}`."""

    online: str
    at_practice: str
    prepare: str


ENGLISH: Final = Wording(
    "Meeting link: {link}\nThe room opens five minutes before we start.",
    "Lindenhof 7, second courtyard, ring at Lindqvist.",
    "Please bring the notes you made since last time.",
)

WORDINGS: Final = {
    "de": Wording(
        "Link zur Sitzung: {link}\nDer Raum öffnet fünf Minuten vorher.",
        "Lindenhof 7, zweiter Hof, bitte bei Lindqvist klingeln.",
        "Bitte bringen Sie Ihre Notizen vom letzten Mal mit.",
    ),
    "fr": Wording(
        "Lien de la séance : {link}\nLa salle ouvre cinq minutes avant.",
        "Lindenhof 7, deuxième cour, sonnez chez Lindqvist.",
        "Merci d’apporter vos notes de la dernière fois.",
    ),
    "pl": Wording(
        "Link do spotkania: {link}\nPokój otwiera się pięć minut wcześniej.",
        "Lindenhof 7, drugie podwórze, dzwonek „Lindqvist”.",
        "Proszę przynieść notatki z ostatniego spotkania.",
    ),
    "es": Wording(
        "Enlace de la sesión: {link}\nLa sala se abre cinco minutos antes.",
        "Lindenhof 7, segundo patio, timbre «Lindqvist».",
        "Por favor, traiga sus notas de la última vez.",
    ),
    "pt": Wording(
        "Link da sessão: {link}\nA sala abre cinco minutos antes.",
        "Lindenhof 7, segundo pátio, campainha «Lindqvist».",
        "Por favor, traga as suas notas da última vez.",
    ),
    "tr": Wording(
        "Görüşme bağlantısı: {link}\nOda beş dakika önce açılır.",
        "Lindenhof 7, ikinci avlu, Lindqvist zili.",
        "Lütfen geçen seferki notlarınızı getirin.",
    ),
    "vi": Wording(
        "Liên kết buổi gặp: {link}\nPhòng mở trước năm phút.",
        "Lindenhof 7, sân trong thứ hai, bấm chuông Lindqvist.",
        "Vui lòng mang theo ghi chú của lần trước.",
    ),
    "cs": Wording(
        "Odkaz na setkání: {link}\nMístnost se otevírá pět minut předem.",
        "Lindenhof 7, druhý dvůr, zvonek „Lindqvist“.",
        "Přineste prosím poznámky z minula.",
    ),
    "el": Wording(
        "Σύνδεσμος συνάντησης: {link}\nΗ αίθουσα ανοίγει πέντε λεπτά νωρίτερα.",
        "Lindenhof 7, δεύτερη αυλή, κουδούνι «Lindqvist».",
        "Παρακαλώ φέρτε τις σημειώσεις σας από την προηγούμενη φορά.",
    ),
    "ru": Wording(
        "Ссылка на встречу: {link}\nКомната открывается за пять минут до начала.",
        "Lindenhof 7, второй двор, звонок «Lindqvist».",
        "Пожалуйста, принесите записи с прошлого раза.",
    ),
    "uk": Wording(
        "Посилання на зустріч: {link}\nКімната відкривається за п’ять хвилин до початку.",
        "Lindenhof 7, другий двір, дзвінок «Lindqvist».",
        "Будь ласка, принесіть нотатки з минулого разу.",
    ),
    "sr": Wording(
        "Линк за састанак: {link}\nСоба се отвара пет минута раније.",
        "Lindenhof 7, друго двориште, звоно „Lindqvist“.",
        "Молим вас, понесите белешке од прошлог пута.",
    ),
    "ar": Wording(
        "رابط الجلسة: {link}\nتُفتح الغرفة قبل الموعد بخمس دقائق.",
        "Lindenhof 7، الفناء الثاني، جرس Lindqvist.",
        "يُرجى إحضار ملاحظاتك من المرة السابقة.",
    ),
    "fa": Wording(
        "پیوند جلسه: {link}\nاتاق پنج دقیقه زودتر باز می‌شود.",
        "Lindenhof 7، حیاط دوم، زنگ Lindqvist.",
        "لطفاً یادداشت‌های دفعهٔ پیش را همراه بیاورید.",
    ),
    "he": Wording(
        "קישור לפגישה: {link}\nהחדר נפתח חמש דקות לפני הזמן.",
        "Lindenhof 7, חצר שנייה, פעמון Lindqvist.",
        "נא להביא את הרשימות מהפעם הקודמת.",
    ),
    "hi": Wording(
        "बैठक का लिंक: {link}\nकमरा पाँच मिनट पहले खुलता है।",
        "Lindenhof 7, दूसरा आँगन, Lindqvist की घंटी बजाएँ।",
        "कृपया पिछली बार के नोट्स साथ लाएँ।",
    ),
    "bn": Wording(
        "সাক্ষাতের লিংক: {link}\nকক্ষটি পাঁচ মিনিট আগে খোলে।",
        "Lindenhof 7, দ্বিতীয় উঠান, Lindqvist লেখা ঘণ্টা।",
        "অনুগ্রহ করে গতবারের নোটগুলি সঙ্গে আনুন।",
    ),
    "ta": Wording(
        "சந்திப்பு இணைப்பு: {link}\nஅறை ஐந்து நிமிடங்கள் முன்பே திறக்கும்.",
        "Lindenhof 7, இரண்டாவது முற்றம், Lindqvist மணி.",
        "கடந்த முறை எழுதிய குறிப்புகளைக் கொண்டு வாருங்கள்.",
    ),
    "am": Wording(
        "የስብሰባው ሊንክ፦ {link}\nክፍሉ ከአምስት ደቂቃ በፊት ይከፈታል።",
        "Lindenhof 7፣ ሁለተኛው ግቢ፣ የLindqvist ደወል።",
        "እባክዎ ያለፈውን ማስታወሻዎን ይዘው ይምጡ።",
    ),
    "ka": Wording(
        "შეხვედრის ბმული: {link}\nოთახი ხუთი წუთით ადრე იხსნება.",
        "Lindenhof 7, მეორე ეზო, ზარი „Lindqvist“.",
        "გთხოვთ, თან წამოიღოთ წინა შეხვედრის ჩანაწერები.",
    ),
    "hy": Wording(
        "Հանդիպման հղումը՝ {link}\nՍենյակը բացվում է հինգ րոպե առաջ։",
        "Lindenhof 7, երկրորդ բակ, Lindqvist զանգը։",
        "Խնդրում եմ բերել նախորդ անգամվա գրառումները։",
    ),
    "zh": Wording(
        "会面链接：{link}\n会议室提前五分钟开放。",
        "Lindenhof 7，第二个院子，请按 Lindqvist 门铃。",
        "请带上上次的笔记。",
    ),
    "zh-Hant": Wording(
        "會面連結：{link}\n會議室提前五分鐘開放。",
        "Lindenhof 7，第二個院子，請按 Lindqvist 門鈴。",
        "請帶上上次的筆記。",
    ),
    "ja": Wording(
        "オンライン面談のリンク：{link}\n開始5分前から入室できます。",
        "Lindenhof 7、2つ目の中庭、「Lindqvist」の呼び鈴。",
        "前回のメモをお手元にご用意ください。",
    ),
    "ko": Wording(
        "상담 링크: {link}\n시작 5분 전에 입장할 수 있습니다.",
        "Lindenhof 7, 두 번째 안뜰, Lindqvist 초인종.",
        "지난번 메모를 준비해 주세요.",
    ),
    "th": Wording(
        "ลิงก์นัดหมาย: {link}\nห้องเปิดก่อนเวลาห้านาที",
        "Lindenhof 7 ลานที่สอง กริ่ง Lindqvist",
        "โปรดเตรียมบันทึกจากครั้งก่อน",
    ),
}
