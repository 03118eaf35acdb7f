#!/usr/bin/env bash
# Builds and runs what stands in for MongoDB where its image cannot be had: mongo-java-server, which keeps everything in memory.
#
#   standin.sh run [HOST:PORT]   as a process of its own, on 127.0.0.1:27017 unless said otherwise; needs a JDK and Maven
#   standin.sh image NAME        as an image for Docker, beside them
set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
out=${STANDIN_BUILD:-$here/../../../.bin/standin}

build() {
    local jre=$out/root/jre app=$out/root/app
    if [ -e "$out/done" ] && [ ! "$here/Standin.java" -nt "$out/done" ] && [ ! "$here/pom.xml" -nt "$out/done" ]; then
        return
    fi
    rm -rf "$out"
    mkdir -p "$app"
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$app"
    javac -cp "$app/*" -d "$app" "$here/Standin.java"
    jlink --add-modules java.base,java.logging,java.management,java.naming,jdk.unsupported \
        --strip-debug --no-header-files --no-man-pages --output "$jre"
    # An image from scratch has no libraries but those that are put there.
    ldd "$jre/bin/java" "$jre"/lib/*.so "$jre"/lib/server/libjvm.so | grep -oE '/[^ ]+' | grep -vF "$jre" | grep -v ':$' | sort -u |
        xargs -I{} cp --dereference --parents {} "$out/root"
    cp "$here/Dockerfile" "$out"
    touch "$out/done"
}

case ${1:-} in
run)
    build
    exec "$out/root/jre/bin/java" -XX:+UseSerialGC -cp "$out/root/app:$out/root/app/*" Standin "${2:-127.0.0.1:27017}"
    ;;
image)
    build
    docker build -q -t "${2:?the name of the image is missing}" "$out"
    ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
