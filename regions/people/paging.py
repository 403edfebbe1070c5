"""Lists by cursor: stable while rows come in, and as quick on the last page as on the first."""

from collections.abc import Callable, Sequence
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
    return paged_together(request, rows, ordering, lambda page: [document(row) for row in page])


def paged_together(
    request: Request,
    rows: QuerySet[Any],
    ordering: tuple[str, ...],
    documents: Callable[[Sequence[Any]], list[Any]],
) -> Response:
    """Answer one page of `rows` as `documents(page)`, which may ask once for all of them."""
    pager = NewestFirst()
    pager.ordering = ordering
    page = pager.paginate_queryset(rows, request)
    return pager.get_paginated_response(documents(page or []))
