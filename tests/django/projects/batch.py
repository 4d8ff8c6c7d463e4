"""Creation of one project, or of a list of them."""

MAX_BATCH = 500


class OneOrManyMixin:
    def get_serializer(self, *args, **kwargs):
        if isinstance(kwargs.get("data"), list):
            kwargs.update(many=True, max_length=MAX_BATCH)
        return super().get_serializer(*args, **kwargs)

    def perform_create(self, serializer):
        serializer.save(owner=self.request.user)
