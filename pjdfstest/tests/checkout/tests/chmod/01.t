#!/bin/sh
# One assertion that fails.
dir=`dirname $0`
. ${dir}/../misc.sh

echo "1..2"
touch file
chmod 0644 file
expect 644 `stat -c %a file`
expect 0755 `stat -c %a file`
