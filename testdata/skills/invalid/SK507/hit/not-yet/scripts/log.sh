#!/bin/sh
echo log
