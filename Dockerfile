FROM node:20-bookworm-slim AS ui
WORKDIR /src/ui
COPY ui/package.json ui/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY ui/build.mjs ./
COPY ui/static ./static
COPY ui/charts ./charts
RUN npm run build

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=ui /src/ui/dist ./ui/dist
ARG version=dev commit=unknown
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$version -X main.commit=$commit" -o /hoten ./cmd/hoten && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /data /data
# Uploads that do not fit into memory go through here.
COPY --from=build --chown=65532:65532 /data /tmp
COPY --from=build /hoten /hoten
ENV HOTEN_ADDR=0.0.0.0:8080 HOTEN_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/hoten"]
CMD ["serve"]
