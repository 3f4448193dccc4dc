"""What the object store can really do, found out by asking it. Some stores accept and ignore what they cannot do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache

from botocore.exceptions import BotoCoreError, ClientError

from infra.storage.client import Storage, storage


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Each is True only when the store answered as one that has it."""

    versioning: bool
    object_lock: bool
    tagging: bool
    server_side_encryption: bool
    cors_api: bool

    def as_dict(self) -> dict[str, bool]:
        """For the API and the status page."""
        return asdict(self)


def probe(store: Storage) -> Capabilities:
    """Ask the store about its bucket, reading back what it claims to have stored."""
    client, bucket = store.client, store.bucket
    key = "capabilities/probe"

    def tags() -> bool:
        client.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "probe", "Value": "1"}]})
        return bool(client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"])

    def encrypts() -> bool:
        client.put_object(Bucket=bucket, Key=key, Body=b"probe", ServerSideEncryption="AES256")
        return bool(client.head_object(Bucket=bucket, Key=key).get("ServerSideEncryption") == "AES256")

    def locks() -> bool:
        answer = client.get_object_lock_configuration(Bucket=bucket)
        return bool(answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def cors() -> bool:
        try:
            client.get_bucket_cors(Bucket=bucket)
        except ClientError as error:
            return bool(error.response["Error"].get("Code") == "NoSuchCORSConfiguration")
        return True

    client.put_object(Bucket=bucket, Key=key, Body=b"probe")
    return Capabilities(
        versioning=_holds(lambda: client.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"),
        object_lock=_holds(locks),
        tagging=_holds(tags),
        server_side_encryption=_holds(encrypts),
        cors_api=_holds(cors),
    )


def _holds(question: object) -> bool:
    try:
        return bool(question()) if callable(question) else False
    except (ClientError, BotoCoreError, KeyError):
        return False


@lru_cache(maxsize=1)
def capabilities() -> Capabilities:
    """The capability record of this process, probed once."""
    return probe(storage())
