"""Tokens (访问令牌) that raise a request's tier, kept where the public role may not look."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, DateTime, Table, Text, func

from layers.tables.base import metadata

ACCESS: Final = "access"
"""Schema of what decides who may see what; of the private role alone."""

ROLES: Final = ("planner", "operator")
"""What a token may raise a request to."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True, comment="first part of the token, to recognise it by"),
    Column("role", Text, nullable=False),
    Column("name", Text, comment="whose it is, or what for"),
    Column("sha256", Text, nullable=False, comment="of the whole token, hexadecimal"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint(f"role in ({', '.join(repr(each) for each in ROLES)})", name="role_known"),
    CheckConstraint("id ~ '^[0-9a-f]{12}$'", name="id_form"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
    CheckConstraint("expires_at > created_at", name="expires_later"),
    schema=ACCESS,
    comment="Tokens by their hash; the token itself is nowhere",
)
