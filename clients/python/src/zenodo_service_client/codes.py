"""A class for every error code of the service. Generated from its catalogue by `npm run python-errors`."""

from __future__ import annotations

from .errors import BadRequest, Conflict, NeedsConsent, NotAllowed, ServerFault, Unavailable, ServiceError


class InvalidRequest(BadRequest):
    """The request is not valid."""

    code = "invalid_request"


class InvalidJson(BadRequest):
    """The body is not valid JSON."""

    code = "invalid_json"


class InvalidDepositionId(BadRequest):
    """The deposition id is not a number."""

    code = "invalid_deposition_id"


class ConflictingTokens(BadRequest):
    """Two different access tokens were sent."""

    code = "conflicting_tokens"


class CallbackUrlNotAllowed(BadRequest):
    """The callback URL is not allowed."""

    code = "callback_url_not_allowed"


class StateUnknown(BadRequest):
    """The state is unknown."""

    code = "state_unknown"


class StateUsed(BadRequest):
    """The state has already been used."""

    code = "state_used"


class StateExpired(BadRequest):
    """The state has expired."""

    code = "state_expired"


class StateMismatch(BadRequest):
    """The state belongs to another container or callback URL."""

    code = "state_mismatch"


class CodeRefused(BadRequest):
    """Zenodo refused the authorization code."""

    code = "code_refused"


class NoFiles(BadRequest):
    """The request has no file."""

    code = "no_files"


class EmptyFile(BadRequest):
    """A file is empty."""

    code = "empty_file"


class InvalidFileName(BadRequest):
    """A file name cannot be used."""

    code = "invalid_file_name"


class DuplicateFileName(BadRequest):
    """Two files have the same name."""

    code = "duplicate_file_name"


class TooManyFiles(BadRequest):
    """There are too many files."""

    code = "too_many_files"


class SizeMismatch(BadRequest):
    """A file does not have the announced size."""

    code = "size_mismatch"


class ChecksumMismatch(BadRequest):
    """A file does not match its checksum."""

    code = "checksum_mismatch"


class ChunkChecksumMismatch(BadRequest):
    """A chunk does not match its checksum."""

    code = "chunk_checksum_mismatch"


class MalformedMultipart(BadRequest):
    """The multipart body cannot be read."""

    code = "malformed_multipart"


class IncompleteBody(BadRequest):
    """The body ended too early."""

    code = "incomplete_body"


class InvalidMetadata(BadRequest):
    """The metadata is not valid."""

    code = "invalid_metadata"


class InvalidManifest(BadRequest):
    """The manifest cannot be read."""

    code = "invalid_manifest"


class TooComplex(BadRequest):
    """The input is too complex."""

    code = "too_complex"


class MissingToken(NotAllowed):
    """An access token is required."""

    code = "missing_token"


class InvalidToken(NotAllowed):
    """The access token is not valid."""

    code = "invalid_token"


class TokenMustComeFirst(NotAllowed):
    """The access token must come before the files."""

    code = "token_must_come_first"


class ReauthorizationRequired(NeedsConsent):
    """The user must authorize again."""

    code = "reauthorization_required"


class InvalidApiKey(NotAllowed):
    """A valid API key is required."""

    code = "invalid_api_key"


class AccessDenied(NotAllowed):
    """The user did not give consent."""

    code = "access_denied"


class NotYourDeposition(NotAllowed):
    """The deposition belongs to another user."""

    code = "not_your_deposition"


class InvalidUploadLink(NotAllowed):
    """The upload link is not valid."""

    code = "invalid_upload_link"


class ConnectionRequired(NotAllowed):
    """The user must authorize this service first."""

    code = "connection_required"


class NotFound(BadRequest):
    """Not found."""

    code = "not_found"


class DepositionNotFound(BadRequest):
    """The deposition does not exist."""

    code = "deposition_not_found"


class FileNotFound(BadRequest):
    """The file does not exist."""

    code = "file_not_found"


class UploadLinkNotFound(BadRequest):
    """The upload link does not exist."""

    code = "upload_link_not_found"


class UploadNotFound(BadRequest):
    """The upload does not exist."""

    code = "upload_not_found"


class MethodNotAllowed(BadRequest):
    """The method is not allowed."""

    code = "method_not_allowed"


class AlreadyPublished(Conflict):
    """The deposition is published."""

    code = "already_published"


class AmbiguousUser(Conflict):
    """More than one user is connected to this container."""

    code = "ambiguous_user"


class UploadUnfinished(Conflict):
    """An upload to this deposition is not finished."""

    code = "upload_unfinished"


class FolderExists(Conflict):
    """Another file has the name of the folder’s zip."""

    code = "folder_exists"


class UploadCancelled(Conflict):
    """The upload was cancelled."""

    code = "upload_cancelled"


class UploadSuperseded(Conflict):
    """A later upload sent a file with the same name."""

    code = "upload_superseded"


class UploadOffsetMismatch(Conflict):
    """The chunk does not start at the offset of the file."""

    code = "upload_offset_mismatch"


class UploadComplete(Conflict):
    """The upload is already complete."""

    code = "upload_complete"


class UploadGone(BadRequest):
    """The upload has ended."""

    code = "upload_gone"


class TusVersionUnsupported(BadRequest):
    """The version of the tus protocol is not supported."""

    code = "tus_version_unsupported"


class UploadLocked(BadRequest):
    """Another request is sending this file."""

    code = "upload_locked"


class MetadataConflict(Conflict):
    """The deposition has changed meanwhile."""

    code = "metadata_conflict"


class ReviewOpen(Conflict):
    """The draft is in community review."""

    code = "review_open"


class NotPublished(Conflict):
    """The deposition is not published."""

    code = "not_published"


class VersionHasUploads(Conflict):
    """Files have been uploaded to the new version."""

    code = "version_has_uploads"


class ExternalDoi(Conflict):
    """The DOI was registered elsewhere."""

    code = "external_doi"


class NotPublishable(Conflict):
    """Zenodo refuses to publish the deposition."""

    code = "not_publishable"


class OperationInProgress(Conflict):
    """The same operation is already running."""

    code = "operation_in_progress"


class UploadLinkEnded(BadRequest):
    """The upload link has ended."""

    code = "upload_link_ended"


class LengthRequired(BadRequest):
    """Content-Length is required."""

    code = "length_required"


class PayloadTooLarge(BadRequest):
    """The body is too large."""

    code = "payload_too_large"


class UnsupportedMediaType(BadRequest):
    """The content type is not supported."""

    code = "unsupported_media_type"


class UploadLinkLimit(BadRequest):
    """The limits of the upload link are exceeded."""

    code = "upload_link_limit"


class QuotaExceeded(BadRequest):
    """The deposition would exceed Zenodo’s quota."""

    code = "quota_exceeded"


class TooManyRequests(Unavailable):
    """Too many requests."""

    code = "too_many_requests"


class RequestTimeout(Unavailable):
    """The body arrived too slowly."""

    code = "request_timeout"


class InternalError(ServerFault):
    """Internal error."""

    code = "internal_error"


class ServiceMisconfigured(ServerFault):
    """The service is not configured correctly."""

    code = "service_misconfigured"


class StagingFull(Unavailable):
    """No space is left for uploads."""

    code = "staging_full"


class StagedBytesLost(Unavailable):
    """Received bytes of a file were lost."""

    code = "staged_bytes_lost"


class ServiceUnavailable(Unavailable):
    """The service is not available."""

    code = "service_unavailable"


class ZenodoRefused(ServerFault):
    """Zenodo refused the request of this service."""

    code = "zenodo_refused"


class ZenodoError(Unavailable):
    """Zenodo failed."""

    code = "zenodo_error"


class ZenodoUnreachable(Unavailable):
    """Zenodo cannot be reached."""

    code = "zenodo_unreachable"


class ZenodoTimeout(Unavailable):
    """Zenodo did not respond in time."""

    code = "zenodo_timeout"


class ZenodoInvalidAnswer(Unavailable):
    """Zenodo sent an unexpected response."""

    code = "zenodo_invalid_answer"


class TransferFailed(Unavailable):
    """A file could not be sent to Zenodo."""

    code = "transfer_failed"


class OutcomeUnknown(Unavailable):
    """The outcome is unknown."""

    code = "outcome_unknown"


BY_CODE: "dict[str, type[ServiceError]]" = {
    "invalid_request": InvalidRequest,
    "invalid_json": InvalidJson,
    "invalid_deposition_id": InvalidDepositionId,
    "conflicting_tokens": ConflictingTokens,
    "callback_url_not_allowed": CallbackUrlNotAllowed,
    "state_unknown": StateUnknown,
    "state_used": StateUsed,
    "state_expired": StateExpired,
    "state_mismatch": StateMismatch,
    "code_refused": CodeRefused,
    "no_files": NoFiles,
    "empty_file": EmptyFile,
    "invalid_file_name": InvalidFileName,
    "duplicate_file_name": DuplicateFileName,
    "too_many_files": TooManyFiles,
    "size_mismatch": SizeMismatch,
    "checksum_mismatch": ChecksumMismatch,
    "chunk_checksum_mismatch": ChunkChecksumMismatch,
    "malformed_multipart": MalformedMultipart,
    "incomplete_body": IncompleteBody,
    "invalid_metadata": InvalidMetadata,
    "invalid_manifest": InvalidManifest,
    "too_complex": TooComplex,
    "missing_token": MissingToken,
    "invalid_token": InvalidToken,
    "token_must_come_first": TokenMustComeFirst,
    "reauthorization_required": ReauthorizationRequired,
    "invalid_api_key": InvalidApiKey,
    "access_denied": AccessDenied,
    "not_your_deposition": NotYourDeposition,
    "invalid_upload_link": InvalidUploadLink,
    "connection_required": ConnectionRequired,
    "not_found": NotFound,
    "deposition_not_found": DepositionNotFound,
    "file_not_found": FileNotFound,
    "upload_link_not_found": UploadLinkNotFound,
    "upload_not_found": UploadNotFound,
    "method_not_allowed": MethodNotAllowed,
    "already_published": AlreadyPublished,
    "ambiguous_user": AmbiguousUser,
    "upload_unfinished": UploadUnfinished,
    "folder_exists": FolderExists,
    "upload_cancelled": UploadCancelled,
    "upload_superseded": UploadSuperseded,
    "upload_offset_mismatch": UploadOffsetMismatch,
    "upload_complete": UploadComplete,
    "upload_gone": UploadGone,
    "tus_version_unsupported": TusVersionUnsupported,
    "upload_locked": UploadLocked,
    "metadata_conflict": MetadataConflict,
    "review_open": ReviewOpen,
    "not_published": NotPublished,
    "version_has_uploads": VersionHasUploads,
    "external_doi": ExternalDoi,
    "not_publishable": NotPublishable,
    "operation_in_progress": OperationInProgress,
    "upload_link_ended": UploadLinkEnded,
    "length_required": LengthRequired,
    "payload_too_large": PayloadTooLarge,
    "unsupported_media_type": UnsupportedMediaType,
    "upload_link_limit": UploadLinkLimit,
    "quota_exceeded": QuotaExceeded,
    "too_many_requests": TooManyRequests,
    "request_timeout": RequestTimeout,
    "internal_error": InternalError,
    "service_misconfigured": ServiceMisconfigured,
    "staging_full": StagingFull,
    "staged_bytes_lost": StagedBytesLost,
    "service_unavailable": ServiceUnavailable,
    "zenodo_refused": ZenodoRefused,
    "zenodo_error": ZenodoError,
    "zenodo_unreachable": ZenodoUnreachable,
    "zenodo_timeout": ZenodoTimeout,
    "zenodo_invalid_answer": ZenodoInvalidAnswer,
    "transfer_failed": TransferFailed,
    "outcome_unknown": OutcomeUnknown,
}
