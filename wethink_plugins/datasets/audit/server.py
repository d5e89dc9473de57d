"""The page's server. Needs the extra `serve`; imported by nothing but `serving`.

Whoever can send a request may mark rows, so three things must hold: the address begins with a token that only the
person at the terminal was shown, the host is this machine by name (a foreign name that resolves to 127.0.0.1 is
refused), and a request that another site's page makes is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field

from wethink_plugins.datasets.audit.criteria import CRITERIA, Mark
from wethink_plugins.datasets.audit.labels import Labels
from wethink_plugins.datasets.audit.pictures import EDGES, NoPicture, shown
from wethink_plugins.datasets.audit.sample import Sample, SampledRow
from wethink_plugins.datasets.audit.sheet import COMMENT
from wethink_plugins.datasets.audit.strata import paths_of
from wethink_plugins.datasets.audit.view import progress_view, row_view
from wethink_plugins.errors import WeThinkError

_STATIC = Path(__file__).parent / "static"
_PAGES = {"": "audit.html", "audit.css": "audit.css", "audit.js": "audit.js", "zoom.js": "zoom.js"}
_HERE = ("127.0.0.1", "localhost", "::1")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class MarkBody(BaseModel):
    """`mark` None takes it away."""

    criterion: str
    mark: Mark | None


class CommentBody(BaseModel):
    """Empty text takes it away."""

    text: str = Field(max_length=10_000)


def app_of(sample: Sample, labels: Labels, annotator: str, token: str) -> FastAPI:
    """All paths begin with /TOKEN/; anything else, or from anywhere else, is refused."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_pages(), prefix=f"/{token}")
    app.include_router(_rows(sample), prefix=f"/{token}")
    app.include_router(_marks(sample, labels, annotator), prefix=f"/{token}")

    @app.middleware("http")
    async def guarded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        refused = _refusal(request, token)
        response = JSONResponse({"detail": refused}, 403) if refused else await answer(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(WeThinkError)
    def not_stored(request: Request, error: WeThinkError) -> Response:
        return JSONResponse({"detail": str(error)}, 507)

    return app


def _refusal(request: Request, token: str) -> str:
    """Empty for a request that may pass."""
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in _HERE:
        return "this page answers on this machine only"
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "this request comes from another site"
    given = request.url.path.lstrip("/").partition("/")[0]
    if not secrets.compare_digest(given.encode(), token.encode()):
        return "open the whole address that the command printed"
    return ""


def _pages() -> APIRouter:
    router = APIRouter()
    for path, name in _PAGES.items():
        router.add_api_route(f"/{path}", _page(_STATIC / name), methods=["GET"])
    return router


def _page(file: Path) -> Callable[[], FileResponse]:
    def page() -> FileResponse:
        return FileResponse(file)

    return page


def _rows(sample: Sample) -> APIRouter:
    router = APIRouter()

    @router.get("/rows/{place}")
    def row(place: int) -> Any:
        return row_view(_row(sample, place), sample)

    @router.get("/rows/{place}/images/{number}/{size}")
    def image(place: int, number: int, size: Literal["view", "full"]) -> Response:
        paths = paths_of(_row(sample, place).record)
        if not 0 <= number < len(paths):
            raise HTTPException(404, f"row {place} has {len(paths)} images")
        try:
            picture = shown(paths[number], sample.images, EDGES[size])
        except NoPicture as reason:
            raise HTTPException(404, str(reason)) from None
        return Response(picture.data, media_type=picture.kind, headers={"Cache-Control": "private, max-age=3600"})

    return router


def _marks(sample: Sample, labels: Labels, annotator: str) -> APIRouter:
    router = APIRouter()

    @router.get("/progress")
    def progress() -> Any:
        return progress_view(sample, labels.sheet, annotator)

    @router.post("/rows/{place}/mark")
    def mark(place: int, body: MarkBody) -> Any:
        _row(sample, place)
        if body.criterion not in CRITERIA:
            raise HTTPException(422, f"{body.criterion!r} is none of {', '.join(CRITERIA)}")
        labels.set(place, body.criterion, body.mark or "")
        return _said(labels, place)

    @router.post("/rows/{place}/comment")
    def comment(place: int, body: CommentBody) -> Any:
        _row(sample, place)
        labels.set(place, COMMENT, body.text.strip())
        return _said(labels, place)

    @router.post("/undo")
    def undo() -> Any:
        event = labels.undo()
        return {"field": event.field, "value": event.value, **_said(labels, event.place)} if event else None

    return router


def _row(sample: Sample, place: int) -> SampledRow:
    if not 0 <= place < len(sample.rows):
        raise HTTPException(404, f"the sample has {len(sample.rows)} rows")
    return sample.rows[place]


def _said(labels: Labels, place: int) -> dict[str, Any]:
    sheet = labels.sheet
    return {"place": place, "marks": sheet.marks.get(place, {}), "comment": sheet.comments.get(place, "")}
