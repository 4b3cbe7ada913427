# The project with its forecast made: the two commands of the README, in the locked environment, as a user that is not root.
#   docker build --target checked .   runs the second command, too: lint, types and all tests
#   docker build -t forex .           then  docker run forex  prints the forecast
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d AS made

# git and make run the project; Pango draws the PDF of the weekly report. Their versions are those of the Debian that is pinned above.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git libpango-1.0-0 libpangoft2-1.0-0 make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home forex

USER 1000:1000
WORKDIR /home/forex/project
COPY --chown=1000:1000 . .
ENV PATH=/home/forex/project/.venv/bin:$PATH DVC_NO_ANALYTICS=1
RUN make run

FROM made AS checked
RUN make test

FROM made
CMD ["forex", "forecast"]
