"""What asking for an export answers: the export, or why there is none."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

import strawberry

from resolvers.context import Info, context_of
from resolvers.exporting import asking
from resolvers.exporting.exports import ExportRow
from resolvers.problems import Problem, Undone

Export: TypeAlias = Annotated[
    asking.ExportSessionHistoryInput,
    strawberry.argument(description="Whose history, and as what kind of file."),
]


@dataclass(frozen=True, slots=True)
class ExportPayload:
    """An export, or why there is none."""

    export: ExportRow | None = None
    errors: list[Problem] = field(default_factory=list)


async def export_session_history(info: Info, input: Export) -> ExportPayload:  # noqa: A002
    """Ask for a history as a file."""
    try:
        return ExportPayload(await asking.export_session_history(context_of(info), input))
    except Undone as undone:
        return ExportPayload(errors=[undone.problem])
