"""The API's root; packages register their routers with it in site.urls."""

from ninja import NinjaAPI

from guanlan.api.tokens import Bearer

api = NinjaAPI(title="Guanlan", version="1", auth=Bearer(), docs_url="/docs", urls_namespace="api")
