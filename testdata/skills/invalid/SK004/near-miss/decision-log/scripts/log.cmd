@echo off
echo decided
