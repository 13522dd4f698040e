#!/bin/bash
# One SeaweedFS on loopback (master, volumes, filer and S3 in one process), for tests and trying things out.
#   scripts/seaweed.sh start|stop DIR PORT     DIR keeps the data; the S3 address is http://127.0.0.1:PORT; uses PORT..PORT+7
# The keys are S3_ACCESS_KEY and S3_SECRET_KEY, or testaccess and testsecret123456. WEED names the server's binary.
set -eu
command=${1:?start or stop} folder=$(realpath -m "${2:?a folder}") port=${3:-8333}
weed=${WEED:-$(dirname "$0")/../.venv/bin/weed}

alive() { [ -s "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; }

healthy() {
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
  head -n 1 <&3 | grep -q ' 200'
}

stop() {  # SIGKILL: SIGTERM takes 17 s, and an acknowledged object survives both
  ! alive || kill -9 "$(cat "$folder/pid")"
  for _ in $(seq 300); do alive || break; sleep .1; done
  rm -f "$folder/pid"
  for offset in $(seq 7); do rm -f /tmp/seaweedfs-*-grpc-$((port + offset)).sock; done  # the server leaves them behind
}

start() {
  mkdir -p "$folder/data"
  umask 077
  cat > "$folder/s3.json" <<JSON
{"identities": [{"name": "test", "actions": ["Admin", "Read", "Write", "List", "Tagging"], "credentials":
 [{"accessKey": "${S3_ACCESS_KEY:-testaccess}", "secretKey": "${S3_SECRET_KEY:-testsecret123456}"}]}]}
JSON
  # Loopback only, and no report to an outside host: neither is the default. Room for many buckets (each takes a volume),
  # and a short election, without which a restart takes 12-20 s.
  GOMEMLIMIT=400MiB WEED_MASTER_VOLUME_GROWTH_COPY_1=1 nohup "$weed" -logtostderr server \
    -dir="$folder/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 \
    -master.port=$((port + 1)) -master.port.grpc=$((port + 2)) -master.volumeSizeLimitMB=512 \
    -master.electionTimeout=1s -master.heartbeatInterval=100ms \
    -master.telemetry=false -master.telemetry.url=http://127.0.0.1:9/ \
    -volume.port=$((port + 3)) -volume.port.grpc=$((port + 4)) -volume.max=5000 -volume.preStopSeconds=0 \
    -filer -filer.port=$((port + 5)) -filer.port.grpc=$((port + 6)) -filer.localSocket="$folder/filer.sock" \
    -s3 -s3.port="$port" -s3.port.grpc=$((port + 7)) -s3.port.iceberg=0 -s3.port.lance=0 \
    -s3.config="$folder/s3.json" -s3.localSocket="$folder/s3.sock" \
    -s3.allowDeleteBucketNotEmpty=false -s3.autoCreateBucket=false >> "$folder/log" 2>&1 < /dev/null &
  echo $! > "$folder/pid"
  for _ in $(seq 300); do (healthy) 2>/dev/null && exit 0; alive || break; sleep .1; done
  tail -n 5 "$folder/log" >&2
  stop
  exit 1
}

case $command in
  start) alive || start ;;
  stop) stop ;;
  *) echo "start or stop, not $command" >&2; exit 2 ;;
esac
