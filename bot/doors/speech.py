"""Where a recogniser of speech is plugged in: a server on this machine that takes a recording and answers its words.

`SPEECH_URL` is posted `file` (the recording as the channel has it, e.g. Ogg Opus), `language` and
`response_format=json`, and answers `{"text": "…"}`, as whisper.cpp's server does at `/inference`.
Where none is set, or it fails, nothing is heard, and whoever spoke is told so.
"""

import logging

import httpx

MOST_SECONDS = 30.0
MOST_CHARACTERS = 2000

log = logging.getLogger(__name__)


class Recogniser:
    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.AsyncClient(timeout=MOST_SECONDS, trust_env=False)

    async def hear(self, recording: bytes, language: str) -> str:
        """The words of a recording; none where nothing was understood."""
        try:
            answer = await self.client.post(
                self.url, files={"file": ("voice", recording)}, data={"language": language, "response_format": "json"}
            )
            text = answer.raise_for_status().json()["text"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("speech was not recognised: %s", type(error).__name__)
            return ""
        return " ".join(str(text).split())[:MOST_CHARACTERS]

    async def close(self) -> None:
        await self.client.aclose()
