"""Any document over any rows is answered as the stock executor answers it."""

import asyncio
import os
from random import Random
from typing import Any, Final

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.execution.beasts import any_rows
from tests.execution.compared import COMPILED, VISITS, same
from tests.execution.selections import Selecting

EXAMPLES: Final = int(os.environ.get("EXAMPLES", "16")) * 25


def test_any_document_over_any_rows_is_answered_as_by_the_stock_executor(
    runner: asyncio.Runner,
) -> None:
    VISITS.clear()

    @settings(max_examples=EXAMPLES, phases=[Phase.reuse, Phase.generate])
    @given(seed=st.integers(0, 2**64 - 1))
    def compare(seed: int) -> None:
        random = Random(seed)
        selecting = Selecting(COMPILED._schema, random)
        operations = random.choice((1, 1, 1, 2))
        document = selecting.document(operations=operations)

        async def ask() -> None:
            for _ in range(3):  # the same text, with other rows and variables
                kept = random.randrange(2**64)

                def rows(kept: int = kept) -> Any:
                    return any_rows(Random(kept))

                await same(
                    document,
                    rows,
                    selecting.variables(),
                    times=2,
                    operation=random.choice("AB"[:operations]),
                )

        runner.run(ask())

    compare()

    assert min(VISITS["plan"], VISITS["surprise"], VISITS["no plan"]) > EXAMPLES // 4
