"""The mappings that ship with us, on files as their sources write them."""

from datetime import UTC, datetime
from pathlib import Path

from models import Calendar, Client, Service
from resolvers.importing import load_mapping
from tests.practice import Practice
from tests.resolvers.importing.files import import_text, sessions_of

CALENDLY = """\
User Name,Team,Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,Invitee Time Zone,\
Invitee accepted marketing emails,Text Reminder Number,Event Type Name,Start Date & Time,\
End Date & Time,Location,Event Created Date & Time,Canceled,Canceled By,Cancellation reason,\
Question 1,Response 1,UTM Campaign,UTM Source,UTM Medium,UTM Term,UTM Content,Salesforce UUID,\
Event Price,Payment Currency,Guest Email(s),Invitee Reconfirmed,Marked as No-Show,Meeting Notes,\
Group,User Email,Event UUID,Invitee UUID,Invitee scheduled by,Scheduling method
Grace Hopper,,Ada Lovelace,Ada,Lovelace,ada@example.com,Central Time - US & Canada,,+1 555 0100,\
30 Minute Meeting,2026-03-03 11:00 am,2026-03-03 11:30 am,,2026-03-02 01:40 am,false,,,Topic?,\
Engines,,,,,,,49.90,USD,,,No,Went well,,grace@example.com,e-1,i-1,,
Grace Hopper,,Bo,Bo,,bo@example.com,India Standard Time,,,30 Minute Meeting,2026-03-03 12:00 pm,\
2026-03-03 12:30 pm,,2026-03-02 09:57 pm,false,,,,,,,,,,,,,,,Yes,,,grace@example.com,e-2,i-2,,
Grace Hopper,,Bo,Bo,,bo@example.com,India Standard Time,,,30 Minute Meeting,2026-03-04 12:00 pm,\
2026-03-04 12:30 pm,,2026-03-02 09:57 pm,true,Bo,Ill,,,,,,,,,,,,,No,,,grace@example.com,e-3,i-3,,
Grace Hopper,,Bo,Bo,,bo@example.com,India Standard Time,,,60 Minute Meeting,2026-08-04 12:00 pm,\
2026-08-04 01:00 pm,,2026-03-02 09:57 pm,false,,,,,,,,,,,,,,,No,,,grace@example.com,e-4,i-4,,
"""

ACUITY = """\
Start Time,End Time,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Paid?,\
Amount Paid Online,Certificate Code,Notes,Date Scheduled,Label,Scheduled By,Appointment ID
"March 3, 2026 09:00","March 3, 2026 09:50",Ada,Lovelace,'+15550100,ada@example.com,Coaching,\
Grace,120.00,yes,120.00,,"Likes ""engines"" much","February 1, 2026",,,1001
"August 4, 2026 1:30 pm","August 4, 2026 2:00 pm",Bo,,,,Intro,Grace,,no,,,,,,,1002
"""

VITORIA = """\
PatientId,AppointmentID,Gender,ScheduledDay,AppointmentDay,Age,Neighbourhood,Scholarship,\
Hipertension,Diabetes,Alcoholism,Handcap,SMS_received,No_show
12345678901234.0,1,F,2016-04-28 18:38:08,2016-04-29,62.0,PRAIA DO SUÁ,0,1,0,0,0,0,No
12345678901234.0,2,F,2016-04-28 18:38:09,2016-04-29,62.0,PRAIA DO SUÁ,0,1,0,0,0,0,Yes
54321.12345,3,M,2016-04-29 07:10:00,2016-05-02,8.0,CENTRO,0,0,0,0,0,1,No
"""


async def test_a_calendly_export_is_imported(practice: Practice, tmp_path: Path) -> None:
    report = await import_text(practice, tmp_path, CALENDLY, load_mapping("calendly"))

    assert report.problems == []
    sessions = await sessions_of(practice)
    assert [session.status for session in sessions] == [
        "COMPLETED",
        "NO_SHOW",
        "CANCELLED",
        "CONFIRMED",
    ]
    first = sessions[0]
    assert first.starts_at == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert (first.duration_minutes, first.price_minor, first.currency) == (30, 4990, "USD")
    assert first.customer_notes is None
    assert first.private_notes == "Went well"
    assert first.created_at == datetime(2026, 3, 2, 0, 40, tzinfo=UTC)
    assert [session.duration_minutes for session in sessions] == [30, 30, 30, 60]
    assert sessions[2].cancellation_reason == "Ill"
    clients = await Client.filter(practitioner_id=practice.practitioner.id).order_by("name")
    assert [(client.name, client.email, client.phone) for client in clients] == [
        ("Ada Lovelace", "ada@example.com", "+1 555 0100"),
        ("Bo", "bo@example.com", None),
    ]


async def test_an_acuity_export_is_imported(practice: Practice, tmp_path: Path) -> None:
    report = await import_text(practice, tmp_path, ACUITY, load_mapping("acuity"))

    assert report.problems == []
    past, coming = await sessions_of(practice)
    assert (past.starts_at, past.status) == (datetime(2026, 3, 3, 8, tzinfo=UTC), "COMPLETED")
    assert (past.duration_minutes, past.price_minor, past.private_notes) == (
        50,
        12_000,
        'Likes "engines" much',
    )
    assert (coming.starts_at, coming.status) == (
        datetime(2026, 8, 4, 11, 30, tzinfo=UTC),
        "CONFIRMED",
    )
    assert (coming.duration_minutes, coming.price_minor, coming.currency) == (30, 0, "EUR")


async def test_appointments_of_vitoria_are_imported(practice: Practice, tmp_path: Path) -> None:
    report = await import_text(practice, tmp_path, VITORIA, load_mapping("vitoria-appointments"))

    assert report.problems == []
    owner = practice.practitioner.id
    sessions = await sessions_of(practice)
    assert sorted(session.status for session in sessions) == ["COMPLETED", "COMPLETED", "NO_SHOW"]
    assert sessions[0].starts_at == datetime(2016, 4, 29, 11, tzinfo=UTC)
    assert {session.currency for session in sessions} == {"BRL"}
    names = await Client.filter(practitioner_id=owner).order_by("name").values_list("name")
    assert names == [("Patient 12345678901234",), ("Patient 54321.12345",)]
    assert await Calendar.filter(practitioner_id=owner, name="PRAIA DO SUÁ").exists()
    service = await Service.get(practitioner_id=owner, name="Consultation")
    assert service.duration_minutes == 30
