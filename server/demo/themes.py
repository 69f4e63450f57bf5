"""What clients work on, as short private notes tell it: no medical details, no opinions."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject that runs through a client's sessions: what was done, and homework for it."""

    subject: str
    done: tuple[str, ...]
    homework: tuple[str, ...]


THEMES: Final = (
    Theme(
        subject="goals, and time for them",
        done=(
            "Discussed goal setting",
            "Went through the three goals, two are concrete enough",
            "Reviewed the quarter, most goals on track",
            "Sorted the task list by what only they can do",
            "Looked at where the week goes, mornings are the best hours",
            "Broke the big goal into four steps",
        ),
        homework=(
            "write 3 goals",
            "note each evening what went well",
            "block two mornings for the main project",
            "choose one task to hand over",
            "write down the first step and its date",
        ),
    ),
    Theme(
        subject="speaking before others",
        done=(
            "Progress on anxiety management",
            "Presentation last week went better than expected",
            "Rehearsed the opening of the talk twice",
            "Talked about what helps in the hour before an appearance",
            "Breathing exercises work well before meetings",
            "Watched the recording of the talk together, much calmer",
        ),
        homework=(
            "try breathing exercises",
            "practise the first two minutes aloud",
            "speak once in each team meeting",
            "keep a list of what worked",
            "take a short walk before the call",
        ),
    ),
    Theme(
        subject="the next job",
        done=(
            "Explored what the next job should have",
            "Compared the two offers with the list of criteria",
            "Went through the curriculum vitae, clearer now",
            "Practised answers to three interview questions",
            "Another interview done, felt prepared",
            "Talked about the first hundred days in the new role",
        ),
        homework=(
            "ask two former colleagues about their paths",
            "list five achievements with figures",
            "write the letter in their own words",
            "prepare two questions for the interview",
            "note what gives energy at work",
        ),
    ),
    Theme(
        subject="leading a team",
        done=(
            "Talked about one-to-ones and how to open them",
            "Practised giving feedback, short and specific",
            "Delegation is going better, another task handed over",
            "Prepared the difficult conversation with the team",
            "Conversation took place and went well",
            "Looked at how decisions are made in the team",
        ),
        homework=(
            "hold the one-to-ones every week",
            "give one piece of specific feedback a day",
            "write down what the team decides alone",
            "ask the team what to stop doing",
            "let somebody else lead one meeting",
        ),
    ),
    Theme(
        subject="studies and how to keep going",
        done=(
            "Made a study plan up to the exam",
            "Past papers are going faster, good progress",
            "Talked about breaks and how to start again after one",
            "Sorted the thesis outline, chapter two comes first",
            "Another draft is done",
            "Looked back on the semester and what to keep",
        ),
        homework=(
            "two past papers",
            "write 300 words each morning",
            "explain one topic to a friend",
            "study in the library three times",
            "draw the outline on one page",
        ),
    ),
    Theme(
        subject="settling in after a move",
        done=(
            "Talked about settling in after the move",
            "Language course is going well, good for routine",
            "Drew a map of people and places that matter",
            "Spoke about home and here, and visits in summer",
            "Had guests again, a good evening",
            "Weekends feel less long, joined a choir",
        ),
        homework=(
            "visit one new place a week",
            "call somebody from the list",
            "plan one evening with colleagues",
            "write a letter to arrive, not to send",
            "try the Saturday market",
        ),
    ),
    Theme(
        subject="the time after work",
        done=(
            "Prepared for the time after retirement",
            "Listed what to carry on and what to let go",
            "Handover at work is on schedule",
            "Talked about a week without a timetable",
            "Volunteering goes well",
            "Reviewed the plan for the year together",
        ),
        homework=(
            "sketch an ideal week",
            "visit the workshop and ask about it",
            "talk about the plan at home",
            "choose one project for autumn",
            "write down three stories from work",
        ),
    ),
)

LONG: Final = (
    (
        "Longer session to look back on the first months.\n\n"
        "What changed: mornings are calmer, meetings are prepared the day before, and the list of "
        "open questions has shrunk from eleven to four. The weekly review has become a habit.\n\n"
        "What stays open: saying no in time. We went through last week and found three moments "
        "where a short “I will tell you tomorrow” would have been enough.\n\n"
        "Follow-up: begin next time with these three moments."
    ),
    (
        "Worked with the timeline on the wall.\n\n"
        "1. What led here: two years of projects that began before the last one had ended.\n"
        "2. What helped before: clear ends, a small celebration, a week between.\n"
        "3. What to try: one end this month, announced to the team.\n\n"
        "Homework: choose which end, and tell one person.\n"
        "Bring back the timeline in four weeks."
    ),
    (
        "Summary of the quarter, to be read before the next planning session.\n\n"
        "Goal one reached. Goal two moved to autumn, by choice. Goal three replaced: the new one "
        "is smaller and nearer.\n\n"
        "Good sentence of today: “I need fewer plans and more appointments.”\n\n"
        "Next steps: fix the dates for autumn; write to the mentor; keep Fridays free of meetings."
    ),
)

AHEAD: Final = (
    "Begin with the homework from last time.",
    "Plan: review the goals, then the timetable for the next weeks.",
    "Ask how the conversation went.",
    "Bring the large sheets and pens.",
    "Check whether fortnightly is still the right rhythm.",
)

MISSED: Final = (
    "Waited fifteen minutes, no message. Wrote to offer another time.",
    "Did not attend. Called later, a new time will be arranged.",
    "No show; ask next time whether a reminder helps.",
)

CANCELLED: Final = (
    "Called off in time, will write for a new date.",
    "Follow up next week if there is no new date.",
)

MOVED_BECAUSE_OF: Final = (
    "client illness",
    "a business trip",
    "a family matter",
    "a train strike",
    "a clash with another appointment",
)

REASONS: Final = (
    "Ill, will get in touch",
    "Business trip came up",
    "Child is ill",
    "Trains are not running",
    "Double-booked, sorry",
    "On holiday that week",
    "Termin im Büro",
)
REASONS_OF_PRACTITIONER: Final = (
    "Practitioner is ill",
    "Training day",
    "Practice closed for repairs",
)
