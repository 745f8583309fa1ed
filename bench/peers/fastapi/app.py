"""The account routes and the list of documents in FastAPI and PyMongo, to be compared with ours.

Reads copies of our collections, takes access tokens of our API, and answers with the same JSON.
MONGODB_URI names its database, JWT_KEY is the key of the tokens in base64, JWT_ISSUER who makes them.
"""

import asyncio
import base64
import os
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import jwt
from argon2 import PasswordHasher
from bson.codec_options import CodecOptions
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError

KEY = base64.b64decode(os.environ["JWT_KEY"])
ISSUER = os.environ["JWT_ISSUER"]

# 19 MiB, two passes, one lane, as in our API.
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
bearer = HTTPBearer()


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with AsyncMongoClient(os.environ["MONGODB_URI"]) as client:
        options = CodecOptions(tz_aware=True, tzinfo=UTC)
        database = client.get_default_database().with_options(options)
        app.state.users = database["users"]
        app.state.files = database["files"]
        # A worker process is ready when it reaches the database.
        await client.admin.command("ping")
        yield


app = FastAPI(lifespan=lifespan, openapi_url=None)


async def user_id(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    try:
        claims = jwt.decode(
            credentials.credentials, KEY, algorithms=["HS256"], audience="dossier-api", issuer=ISSUER
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "the access token is not valid") from error
    return claims["sub"]


UserId = Annotated[str, Depends(user_id)]


def text_of(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class User(BaseModel):
    id: str
    email: str
    name: str | None
    role: str
    email_verified: bool
    totp_enabled: bool
    created_at: str


class Rejection(BaseModel):
    code: str
    message: str
    detail: str | None = None


class File(BaseModel):
    id: str
    name: str
    size_bytes: int
    sha256: str
    state: str
    kind: str | None
    rejection: Rejection | None
    recipients: list[str] | None
    processing: None
    inspection: None
    created_at: str
    validated_at: str | None


class FilePage(BaseModel):
    items: list[File]
    next_cursor: str | None


class SignUp(BaseModel):
    email: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    password: str = Field(min_length=12, max_length=1024)
    name: str | None = Field(default=None, max_length=60)


class Message(BaseModel):
    message: str


@app.get("/readyz")
async def show_readiness() -> Message:
    return Message(message="ready")


@app.get("/v1/me")
async def show_me(caller: UserId) -> User:
    user = await app.state.users.find_one({"_id": caller})
    if user is None:
        raise HTTPException(404, "the account is gone")
    totp = user.get("totp")
    return User(
        id=user["_id"],
        email=user["email"],
        name=user["name"],
        role=user["role"],
        email_verified=user["email_verified_at"] is not None,
        totp_enabled=totp is not None and totp.get("enabled_at") is not None,
        created_at=text_of(user["created_at"]),
    )


@app.get("/v1/files")
async def list_files(
    _: UserId, limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: str | None = None
) -> FilePage:
    # Every document of the comparison is meant for everybody, so the caller's address is not needed.
    wanted = {"state": "available", "recipients": {"$in": [None]}}
    if cursor is not None:
        wanted["_id"] = {"$lt": cursor}
    # One more tells whether another page follows.
    found = await app.state.files.find(wanted).sort("_id", -1).limit(limit + 1).to_list()
    items = [
        File(
            id=file["_id"],
            name=file["name"],
            size_bytes=file["size_bytes"],
            sha256=file["sha256"],
            state=file["state"],
            kind=file["kind"],
            rejection=file["rejection"],
            recipients=None,
            processing=None,
            inspection=None,
            created_at=text_of(file["created_at"]),
            validated_at=text_of(file["validated_at"]),
        )
        for file in found[:limit]
    ]
    return FilePage(items=items, next_cursor=items[-1].id if len(found) > limit else None)


@app.post("/v1/auth/sign-up", status_code=202)
async def sign_up(request: SignUp) -> Message:
    # The hash is C and holds no lock of the interpreter's meanwhile.
    password_hash = await asyncio.to_thread(hasher.hash, request.password)
    now = datetime.now(UTC)
    user = {
        "_id": f"usr_{uuid.uuid4().hex}",
        "email": request.email,
        "email_key": request.email.lower(),
        "name": request.name,
        "role": "client",
        "password_hash": password_hash,
        "email_verified_at": None,
        "created_at": now,
        "updated_at": now,
    }
    try:
        await app.state.users.insert_one(user)
    except DuplicateKeyError:
        pass  # The answer tells nobody which addresses have an account.
    return Message(message="Please look at your mails.")
