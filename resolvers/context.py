"""What one operation is answered with: who asks, when, and of which database."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import strawberry

from models.database import Connection, Database
from models.enums import AccessTokenKind
from models.instants import to_text
from resolvers.accounts.policy import AccessPolicy
from resolvers.errors import Forbidden, Unauthenticated
from resolvers.loading import Loader
from resolvers.principal import ClientPrincipal, Principal

_DEFAULT_POLICY: Final = AccessPolicy()


class Context:
    """Lives for one operation. `now` is read once, so that all of an answer agrees about it.

    `network` is where the request came from, as far as limits on guessing tell networks apart;
    `base_url` is where it reached us, for the links that we answer with. `clock` is for operations
    that go on: of those, each event is answered as of its own `now`. `reads_flat` is whether pages
    read the columns that are selected, or whole sessions.
    """

    def __init__(
        self,
        *,
        database: Database,
        principal: Principal | None,
        now: datetime,
        connection: Connection | None = None,
        network: str = "",
        base_url: str = "",
        policy: AccessPolicy = _DEFAULT_POLICY,
        clock: Callable[[], datetime] | None = None,
        reads_flat: bool = True,
    ) -> None:
        self.database = database
        self.network = network
        self.base_url = base_url
        self.policy = policy
        self.reads_flat = reads_flat
        self.connection: Connection = connection or database
        self._clock = clock
        self._principal = principal
        self._read_clock(now)
        self._loaders: dict[Hashable, Loader] = {}

    @property
    def caller(self) -> str:
        """Whom limits count: the principal, or the network of somebody who is none."""
        if self._principal is None:
            return f"network {self.network}"
        return f"{self._principal.practitioner_id} {self._principal.client_id or ''}"

    @property
    def is_known(self) -> bool:
        """Whether a valid token came along, of whatever kind."""
        return self._principal is not None

    @property
    def principal(self) -> Principal:
        """Who is asking.

        Raises:
            Unauthenticated: nobody, or nobody whose token is valid.
            Forbidden: a client, whose place is the portal.
        """
        if self._principal is None:
            raise Unauthenticated
        if self._principal.kind is AccessTokenKind.CLIENT:
            raise Forbidden("A client's token opens the portal, and nothing else.")
        return self._principal

    @property
    def client(self) -> ClientPrincipal:
        """The client who is asking, at the portal.

        Raises:
            Unauthenticated: nobody, or nobody whose token is valid.
            Forbidden: a practitioner, or an app of theirs, whose place is /graphql.
        """
        asking = self._principal
        if asking is None:
            raise Unauthenticated
        if asking.kind is not AccessTokenKind.CLIENT or asking.client_id is None:
            raise Forbidden("The portal is for clients; this token opens /graphql.")
        return ClientPrincipal(
            practitioner_id=asking.practitioner_id,
            practitioner_name=asking.name,
            client_id=asking.client_id,
            token_id=asking.token_id,
        )

    @property
    def rate_key(self) -> str:
        """Whose bucket the operation is charged to (`execution.rates`).

        Each token has its own, and strangers have one for each network: in one for all of them,
        any one could keep the others from signing in.
        """
        if self._principal is None:
            return f"network {self.network}"
        return f"{self._principal.practitioner_id}/{self._principal.token_id}"

    def zone(self, name: str | None = None) -> ZoneInfo:
        """The named time zone; the practitioner's own by default."""
        return ZoneInfo(name) if name is not None else self.principal.zone

    def within(self, connection: Connection) -> "Context":
        """The same operation, reading inside a transaction."""
        return Context(
            database=self.database,
            principal=self._principal,
            now=self.now,
            connection=connection,
            network=self.network,
            base_url=self.base_url,
            policy=self.policy,
            reads_flat=self.reads_flat,
        )

    def forget(self) -> None:
        """Let go of everything loaded: it has been changed."""
        self._loaders.clear()

    def begin_anew(self) -> None:
        """Answer from now on as of now: for the next event of an operation that goes on."""
        self.forget()
        if self._clock is not None:
            self._read_clock(self._clock())

    def loader(self, key: Hashable, make: Callable[[], Loader]) -> Loader:
        """The loader that batches this kind of look-up within the operation."""
        found = self._loaders.get(key)
        if found is None:
            found = self._loaders[key] = make()
        return found

    def _read_clock(self, now: datetime) -> None:
        self.now = now
        self.now_text = to_text(now)
        self.day_ago_text = to_text(now - timedelta(days=1))


Info: TypeAlias = strawberry.Info[Context, None]


def context_of(info: Info) -> Context:
    """The context of the operation that a field belongs to."""
    return info.context
