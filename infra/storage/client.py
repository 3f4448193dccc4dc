"""The object store: presigned exact requests for browsers, streams for jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.problems import NotFound, Unavailable
from infra.settings import Settings, settings

CHUNK_BYTES = 1024 * 1024
PART_BYTES = 16 * 1024 * 1024
CLASSES = frozenset({"quarantine", "documents", "evidence", "exports", "previews"})


@dataclass(frozen=True, slots=True)
class PresignedRequest:
    """A request that the holder may make once the clock has not passed `expires_in_s`: exactly this method, URL and headers."""

    method: str
    url: str
    headers: dict[str, str]
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart upload: its number from 1, its presigned URL and its size in bytes."""

    number: int
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What the store says of an object."""

    key: str
    size: int
    content_type: str


def object_key(tenant_id: UUID, kind: str, object_id: UUID) -> str:
    """The key of an object: `tenants/<tenant>/<class>/<uuid>`. Raises `ValueError` for an unknown class."""
    if kind not in CLASSES:
        raise ValueError(f"unknown class of objects: {kind}")
    return f"tenants/{tenant_id}/{kind}/{object_id}"


class Storage:
    """The bucket of this deployment."""

    def __init__(self, config: Settings) -> None:
        self.bucket = config.s3_bucket
        self.ttl_s = config.presign_ttl_s
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=config.s3_endpoint_url,
            aws_access_key_id=config.s3_access_key_id,
            aws_secret_access_key=config.s3_secret_access_key,
            region_name=config.s3_region,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=3,
                read_timeout=60,
                retries={"max_attempts": 3, "mode": "standard"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def ping(self) -> None:
        """Raise `Unavailable` when the bucket does not answer."""
        with _translated(self.bucket):
            self.client.head_bucket(Bucket=self.bucket)

    def presign_put(self, key: str, *, content_type: str, size: int) -> PresignedRequest:
        """A PUT of exactly `size` bytes of `content_type` to `key`; both are signed, so others are refused by the store."""
        url = self.client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self.bucket, "Key": key, "ContentType": content_type, "ContentLength": size},
            ExpiresIn=self.ttl_s,
        )
        return PresignedRequest("PUT", url, {"Content-Type": content_type}, self.ttl_s)

    def presign_get(self, key: str, *, filename: str, content_type: str) -> PresignedRequest:
        """A GET that arrives as an attachment named `filename`; valid for one minute."""
        quoted = filename.replace("\\", "_").replace('"', "_").encode("ascii", "replace").decode()
        url = self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{quoted}"',
                "ResponseContentType": content_type,
            },
            ExpiresIn=60,
        )
        return PresignedRequest("GET", url, {}, 60)

    def begin_multipart(self, key: str, *, content_type: str, size: int) -> tuple[str, list[Part]]:
        """Begin an upload in parts of 16 MiB. Returns the upload id and a presigned PUT for each part."""
        with _translated(key):
            upload_id = self.client.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)[
                "UploadId"
            ]
        sizes = [min(PART_BYTES, size - start) for start in range(0, size, PART_BYTES)]
        return upload_id, [
            Part(n, self._presign_part(key, upload_id, n, length), length) for n, length in enumerate(sizes, 1)
        ]

    def _presign_part(self, key: str, upload_id: str, number: int, size: int) -> str:
        url: str = self.client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "UploadId": upload_id,
                "PartNumber": number,
                "ContentLength": size,
            },
            ExpiresIn=self.ttl_s * 4,
        )
        return url

    def complete_multipart(self, key: str, upload_id: str) -> None:
        """Join the parts that the store has. Raises `NotFound` when the upload is unknown or has no parts."""
        with _translated(key):
            found = [
                {"PartNumber": part["PartNumber"], "ETag": part["ETag"]}
                for page in self.client.get_paginator("list_parts").paginate(
                    Bucket=self.bucket, Key=key, UploadId=upload_id
                )
                for part in page.get("Parts", [])
            ]
            if not found:
                raise NotFound("No part of that upload has arrived.")
            self.client.complete_multipart_upload(
                Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": found}
            )

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Forget an upload and its parts."""
        try:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except ClientError:
            return

    def info(self, key: str) -> ObjectInfo | None:
        """What the store says of `key`; None when there is no such object."""
        try:
            with _translated(key):
                head = self.client.head_object(Bucket=self.bucket, Key=key)
        except NotFound:
            return None
        return ObjectInfo(key, int(head["ContentLength"]), head.get("ContentType", ""))

    def open(self, key: str) -> IO[bytes]:
        """A stream of the object's bytes. Raises `NotFound`, `Unavailable`."""
        with _translated(key):
            body: IO[bytes] = self.client.get_object(Bucket=self.bucket, Key=key)["Body"]
        return body

    def chunks(self, key: str) -> Iterator[bytes]:
        """The object's bytes, a MiB at a time."""
        body = self.open(key)
        while chunk := body.read(CHUNK_BYTES):
            yield chunk

    def put(self, key: str, data: bytes | IO[bytes], *, content_type: str) -> None:
        """Store an object that this system made."""
        with _translated(key):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType=content_type)

    def copy(self, source: str, target: str) -> None:
        """Copy an object inside the bucket; repeating it is harmless."""
        with _translated(source):
            self.client.copy_object(
                Bucket=self.bucket,
                Key=target,
                CopySource={"Bucket": self.bucket, "Key": source},
                MetadataDirective="COPY",
            )

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those already gone are no error."""
        for key in keys:
            with _translated(key):
                self.client.delete_object(Bucket=self.bucket, Key=key)


class _translated:
    """Turns the store's errors into ours."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ClientError):
            code = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if code == 404:
                raise NotFound("The object store does not have that object.") from error
            raise Unavailable(f"The object store answered {code}.") from error
        if isinstance(error, BotoCoreError):
            raise Unavailable("The object store does not answer.") from error


@lru_cache(maxsize=1)
def storage() -> Storage:
    """The object store of this process."""
    return Storage(settings())
