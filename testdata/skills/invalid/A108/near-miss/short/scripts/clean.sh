#!/bin/sh
# café
rm -r build
