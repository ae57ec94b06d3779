"""Adding packs by the page: the form, the page that tells how it goes, and the same for programs."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from index.errors import BoardQAError
from qa.boundary import status_of
from qa.errors import UploadTooLargeError, UsageError
from qa.parameters import Service, person_of
from qa.service import BoardQA
from qa.settings import Settings
from qa.templates import render
from qa.upload_access import require_upload
from qa.upload_model import UploadJob
from qa.upload_receive import FILES_FIELD, FORM_BYTES, MAX_FILES, REPLACE_FIELD, Reception, max_file_bytes
from qa.upload_receive import max_upload_bytes as largest_upload
from qa.uploads import Uploads

STALLED_SECONDS = 60.0  # without a byte, after which an upload is given up
REFRESH_SECONDS = 4  # of the state page, where no script asks
NOT_STORED = {"Cache-Control": "no-store"}
FORM = {
    "type": "object",
    "required": [FILES_FIELD],
    "properties": {
        FILES_FIELD: {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "maxItems": MAX_FILES,
            "description": f"PDFs, at most {MAX_FILES}",
        },
        REPLACE_FIELD: {
            "type": "boolean",
            "description": "Whether a file may take the place of the pack that has its name and other content",
        },
    },
}
REQUEST_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}}

upload_api = APIRouter()
upload_website = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def request_limits(settings: Settings) -> dict[str, int]:
    """The addresses that take larger requests than others, with how many bytes they take."""
    # A little more than an upload may have, so that it is the upload which is told to be too large
    return dict.fromkeys(("/upload", "/api/uploads"), largest_upload(settings) + FORM_BYTES)


def _uploads(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.uploads
    return uploads


def _allowed(request: Request, service: Service) -> None:
    require_upload(request, service.settings)


CurrentUploads = Annotated[Uploads, Depends(_uploads)]
ALLOWED = [Depends(_allowed)]


@upload_api.post("/api/uploads", status_code=202, openapi_extra=REQUEST_BODY, dependencies=ALLOWED)
async def add_packs(request: Request, service: Service, uploads: CurrentUploads) -> UploadJob:
    """Add PDFs, as a form with files; they are indexed in the background. How the upload stands is at its `href`
    under `/api`."""
    return await _received(request, service, uploads)


@upload_api.get("/api/uploads/{upload}", dependencies=ALLOWED)
def upload_state(upload: str, uploads: CurrentUploads, response: Response) -> UploadJob:
    """How an upload stands, file by file. Forgotten a day after it was sent, and when the service is started anew."""
    response.headers.update(NOT_STORED)
    return uploads.job(upload)


@upload_website.get("/upload", dependencies=ALLOWED)
def upload_form(service: Service, uploads: CurrentUploads) -> HTMLResponse:
    """The form by which packs are added."""
    return _form(service, uploads)


@upload_website.post("/upload", dependencies=ALLOWED)
async def upload(request: Request, service: Service, uploads: CurrentUploads) -> Response:
    """Take the form's files, and lead to the page that tells what becomes of them."""
    try:
        job = await _received(request, service, uploads)
    except BoardQAError as error:
        return await run_in_threadpool(_form, service, uploads, error)
    return RedirectResponse(job.href, 303)


@upload_website.get("/uploads/{upload}", dependencies=ALLOWED)
def upload_page(upload: str, uploads: CurrentUploads) -> HTMLResponse:
    """What becomes of the files of an upload; looks again by itself until it is finished."""
    page = render("uploading.html", job=uploads.job(upload), refresh_seconds=REFRESH_SECONDS)
    return HTMLResponse(page, headers=NOT_STORED)


def _form(service: BoardQA, uploads: Uploads, error: BoardQAError | None = None) -> HTMLResponse:
    settings = service.settings
    page = render(
        "upload.html",
        error=error,
        adding=uploads.adding(),
        max_files=MAX_FILES,
        max_file_mb=settings.max_file_mb,
        max_file_bytes=max_file_bytes(settings),
        exempt_shown=settings.allow_exempt,
    )
    return HTMLResponse(page, status_of(error.code) if error else 200)


async def _received(request: Request, service: BoardQA, uploads: Uploads) -> UploadJob:
    """Receive the files of a request, and have them indexed. Raises UsageError, UploadTooLargeError,
    UploadsBusyError."""
    settings = service.settings
    largest = largest_upload(settings)
    too_large = UploadTooLargeError(
        f"Together the files are larger than {largest >> 20} MB.", "Add fewer at once, each in an upload of its own."
    )
    if int(request.headers.get("content-length", 0)) > largest:
        raise too_large
    taken = 0
    with uploads.receiving() as folder:
        reception = Reception(request.headers.get("content-type", ""), folder, max_file_bytes(settings))
        stream = request.stream()
        try:
            while True:
                with anyio.fail_after(STALLED_SECONDS):
                    chunk = await anext(stream, None)
                if chunk is None:
                    break
                taken += len(chunk)
                if taken > largest:
                    raise too_large
                await run_in_threadpool(reception.write, chunk)
            reception.finish()
        except (ClientDisconnect, TimeoutError):
            raise UsageError("The upload broke off.", "Send it again.") from None
        finally:
            reception.close()
        return uploads.start(folder, reception.received, reception.replace, person_of(request))
