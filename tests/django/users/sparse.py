"""Sparse fields: `?fields=id,username`."""

from users.serializers import UserSerializer


class SparseFieldsMixin:
    """Passes on the fields that the client wants: unknown names are ignored, none means all."""

    def wanted(self):
        known = UserSerializer.Meta.fields
        asked = {name.strip() for name in self.request.query_params.get("fields", "").split(",")}
        return [name for name in known if name in asked] or known

    def get_serializer(self, *args, **kwargs):
        return super().get_serializer(*args, wanted=self.wanted(), **kwargs)
