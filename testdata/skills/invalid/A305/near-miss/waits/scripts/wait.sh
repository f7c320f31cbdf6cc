#!/bin/sh
until (echo > "/dev/tcp/$HOST/$PORT") 2>/dev/null; do sleep 1; done
echo stats | nc localhost 11211
