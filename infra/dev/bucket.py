"""The bucket in which the product keeps documents: made with versioning on, whatever store it is."""

from __future__ import annotations

from collections.abc import Mapping

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.dev.errors import StackError


def ensure_bucket(environment: Mapping[str, str]) -> None:
    """Makes `S3_BUCKET` with versioning when it is not there. Raises StackError when the store refuses."""
    name = environment["S3_BUCKET"]
    client = boto3.client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        aws_access_key_id=environment["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["S3_SECRET_ACCESS_KEY"],
        region_name=environment.get("S3_REGION", "us-east-1"),
        config=Config(s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=30, retries={"max_attempts": 5}),
    )
    try:
        try:
            client.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
                raise
            client.create_bucket(Bucket=name)
        if client.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    except (ClientError, BotoCoreError) as error:
        where = environment["S3_ENDPOINT_URL"]
        raise StackError(f"The object store at {where} does not give the bucket {name}: {error}") from error
