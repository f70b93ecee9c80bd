"""How are files and bodies kept small?  zstd, with the length in front (four bytes, big-endian)."""

from __future__ import annotations


def pack(data: bytes) -> bytes:
    """Compress."""
    import pyarrow as pa

    return len(data).to_bytes(4, "big") + bytes(pa.compress(data, codec="zstd", asbytes=True))


def unpack(packed: bytes) -> bytes:
    """The bytes that were packed."""
    import pyarrow as pa

    size = int.from_bytes(packed[:4], "big")
    return bytes(pa.decompress(packed[4:], decompressed_size=size, codec="zstd", asbytes=True)) if size else b""
