# The agent: heartbeat reporter, GPU probe and operator. Build it from the root of the repository:
#   docker build --file deploy/agent.Dockerfile --tag ngf-console-agent .
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt ./
COPY agent/requirements.txt agent/
COPY operator/requirements.txt operator/
# What agent and operator need by name, in the versions of the console, whose file may name extras.
RUN python -m venv --without-pip /opt/venv \
 && sed 's/\[.*\]//' requirements.txt > /tmp/versions.txt \
 && pip --python /opt/venv/bin/python install --no-cache-dir --requirement agent/requirements.txt --requirement operator/requirements.txt --constraint /tmp/versions.txt
COPY VERSION ./
COPY agent agent/
COPY operator operator/
RUN rm requirements.txt && /opt/venv/bin/python -m compileall -q .

FROM python:3.11.14-slim-bookworm
RUN pip uninstall --yes --root-user-action=ignore setuptools wheel pip \
 && useradd --uid 65532 --no-create-home --shell /usr/sbin/nologin agent
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
EXPOSE 8081
CMD ["python", "-m", "agent", "heartbeat"]
