"""The texts of a PDF as they are set, piece by piece: as much of the format as ours uses."""

import re
import zlib

FONT = re.compile(rb"/(\w+) [\d.]+ Tf")
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pieces_of(pdf, known):
    """Each piece of text. A page names its fonts; each is the one by which most texts are known ones."""
    streams = [one for one in map(_inflated, re.finditer(rb"stream\r?\n", pdf)) if one]
    fonts = [_letters(one) for one in streams if b"begincmap" in one]
    found = []
    for stream in streams:
        shown = list(_shown(stream)) if b"BT" in stream else []
        for name in sorted({one for one, _ in shown}):
            own = [glyphs for one, glyphs in shown if one == name]
            readings = [[_read(glyphs, font) for glyphs in own] for font in fonts]
            found += max(readings, key=lambda texts: sum(text in known for text in texts))
    return found


def _read(glyphs, font):
    return "".join(font.get(glyphs[at : at + 2], "\ufffd") for at in range(0, len(glyphs), 2))


def _shown(stream):
    """What is shown together, with the name of its font; in strings, parentheses may stand in pairs."""
    name, found, start, depth, place = b"", b"", 0, 0, 0
    while place < len(stream):
        letter = stream[place : place + 1]
        if letter == b"\\" and depth:
            place += 1
        elif letter == b"(":
            start, depth = (start if depth else place + 1), depth + 1
        elif letter == b")" and depth:
            depth -= 1
            found += b"" if depth else ESCAPED.sub(_byte, stream[start:place])
        elif not depth and (font := FONT.match(stream, place)):
            name = font[1]
        elif not depth and stream.startswith((b"TJ", b"Tj"), place):
            yield name, found
            found = b""
        place += 1


def _inflated(start):
    try:
        return zlib.decompressobj().decompress(start.string[start.end() :])
    except zlib.error:
        return b""


def _letters(cmap):
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, letters in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            found[bytes.fromhex(code.decode())] = bytes.fromhex(letters.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, letter in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for place in range(int(last, 16) - int(first, 16) + 1):
                found[(int(first, 16) + place).to_bytes(2, "big")] = chr(int(letter, 16) + place)
    return found


def _byte(escaped):
    letter = escaped[1]
    return bytes([int(letter, 8)]) if letter.isdigit() else NAMED.get(letter, letter)
