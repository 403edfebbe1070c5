"""The API of complaints and Dumas Presisi's callbacks, below /api/v1/."""

urlpatterns = []
