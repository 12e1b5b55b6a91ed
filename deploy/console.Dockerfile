# The console. Build it from the root of the repository:
#   docker build --file deploy/console.Dockerfile --tag ngf-console .
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install --no-cache-dir --requirement requirements.txt
COPY app.py VERSION ./
COPY agent agent/
COPY api api/
COPY callbacks callbacks/
COPY cli cli/
COPY components components/
COPY operator operator/
COPY pages pages/
COPY services services/
COPY deploy/crds deploy/crds/
# The demo's operators have the rights that the chart gives.
COPY charts/ngf-console-agent/templates/operator.yaml charts/ngf-console-agent/templates/
RUN rm requirements.txt && /opt/venv/bin/python -m compileall -q .

FROM python:3.11.14-slim-bookworm
RUN pip uninstall --yes --root-user-action=ignore setuptools wheel pip \
 && useradd --uid 65532 --no-create-home --shell /usr/sbin/nologin console \
 && install --directory --owner=65532 --group=65532 /var/lib/ngf-console
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
# The root file system may be read-only: what is written goes to the data folder and /tmp.
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 NGF_CONSOLE_DATA=/var/lib/ngf-console
USER 65532:65532
EXPOSE 8050
VOLUME /var/lib/ngf-console
CMD ["python", "app.py"]
