#!/bin/sh
# It breaks off.
dir=`dirname $0`
. ${dir}/../misc.sh

echo "1..2"
expect "" "`ls`"
exit 1
