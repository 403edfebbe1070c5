"""Lists by cursor: stable while rows come in, and as quick on the last page as on the first."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response


class NewestFirst(CursorPagination):
    """`{"next", "previous", "results"}`; `?limit=` up to 500."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500


def paged(
    request: Request,
    rows: QuerySet[Any],
    ordering: tuple[str, ...],
    document: Any,
) -> Response:
    """Answer one page of `rows`, each as `document(row)`; one query."""
    pager = NewestFirst()
    pager.ordering = ordering
    page = pager.paginate_queryset(rows, request)
    return pager.get_paginated_response([document(row) for row in page or []])
