#!/bin/sh
dir=`dirname $0`
. ${dir}/../misc.sh

echo "1..2"
touch file
chmod 0600 file
expect 600 `stat -c %a file`
chmod 0755 file
expect 755 `stat -c %a file`
