# One build, three small images: docker build --target api|worker|migrate .

# The compiler of rust-toolchain.toml, which the image has and need not fetch.
FROM rust:1.95.0-bookworm AS build
# A build needs some cmake, not a certain one: that of the image's Debian.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Features besides those that everybody has, separated by commas. docs/DEPLOYMENT.md says which there are.
ARG FEATURES=""
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --features "$FEATURES" -p dossier-api -p dossier-worker -p dossier-migrations \
    && mkdir -p /out/documents \
    && cp target/release/dossier-api target/release/dossier-worker target/release/dossier-migrate /out/

# No shell, no package manager, nobody's user (65532).
FROM gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f AS base
USER 65532:65532

# A volume that is new belongs to the owner of the folder that it is mounted at: /var/lib/dossier is where documents
# can be kept outside the database.
FROM base AS api
COPY --from=build /out/dossier-api /usr/local/bin/dossier-api
COPY --from=build --chown=65532:65532 /out/documents /var/lib/dossier
EXPOSE 8080 9100
ENTRYPOINT ["/usr/local/bin/dossier-api"]
CMD ["serve"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/local/bin/dossier-api", "healthcheck"]

FROM base AS worker
COPY --from=build /out/dossier-worker /usr/local/bin/dossier-worker
COPY --from=build --chown=65532:65532 /out/documents /var/lib/dossier
EXPOSE 9101
ENTRYPOINT ["/usr/local/bin/dossier-worker"]
CMD ["run"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/local/bin/dossier-worker", "healthcheck"]

FROM base AS migrate
COPY --from=build /out/dossier-migrate /usr/local/bin/dossier-migrate
ENTRYPOINT ["/usr/local/bin/dossier-migrate"]
CMD ["up"]
