"""Users, as first written: each user's profile, groups and permissions are asked for one by one."""

from django.contrib.auth.models import User
from rest_framework import generics

from config.pagination import PageNumberPagination
from users.serializers import UserSerializer
from users.sparse import SparseFieldsMixin


class UserList(SparseFieldsMixin, generics.ListAPIView):
    queryset = User.objects.order_by("id")
    serializer_class = UserSerializer
    pagination_class = PageNumberPagination


class UserDetail(SparseFieldsMixin, generics.RetrieveAPIView):
    queryset = User.objects.all()
    serializer_class = UserSerializer
