"""The child process that renders documents: `python -m exports.pdf.worker MEMORY SECONDS`."""

import sys
from typing import Any

from exports.messages import Message
from exports.working import be_modest, stay_inside, work

if __name__ == "__main__":
    # Before anything large is imported.
    be_modest(int(sys.argv[1]))

from exports.pdf.binding import PlacedPages, bound
from exports.pdf.document import Entry, HistoryFrame
from exports.pdf.flow import Place
from exports.pdf.piece import Piece
from exports.pdf.story import layout


class Renderer:
    """Keeps the pieces that were drawn until they are placed."""

    def __init__(self) -> None:
        self._drawn: dict[str, Piece] = {}

    def answer(self, message: Message) -> Message:
        """Do what was asked."""
        said: dict[str, Any] = message.said
        match said:
            case {"draw": name}:
                self._drawn[name] = Piece(
                    [Entry.of(one) for one in said["entries"]],
                    frame=HistoryFrame.of(said["frame"]),
                    opens=said["opens"],
                    under=said["under"],
                    alphabet=said["alphabet"],
                    prefix=said["prefix"],
                )
                return Message({})
            case {"place": name}:
                place = said["at"]
                piece = self._drawn.pop(name).placed(None if place is None else Place(*place))
                told = {"at": piece.place, "marks": piece.marks, "fonts": piece.fonts}
                return Message(told, [piece.own_fonts, *piece.pages])
            case {"forget": names}:
                for name in names:
                    self._drawn.pop(name, None)
                return Message({})
            case {"bind": told}:
                parts = iter(message.parts)
                pieces = [
                    PlacedPages.of(one, next(parts), [next(parts) for _ in range(one["pages"])])
                    for one in told
                ]
                frame = HistoryFrame.of(said["frame"])
                return Message({}, [bound(frame, pieces, alphabet=said["alphabet"])])
        raise ValueError("nothing was asked")


def main() -> None:
    """Answer until nobody asks any more."""
    layout()  # fonts, stylesheet and whatever is imported on first use, before the hook is in
    stay_inside()
    work(Renderer().answer, seconds=int(sys.argv[2]))


if __name__ == "__main__":
    main()
