# What a script sources: a counter, and one comparison.
n=1
expect() {
  if [ "$1" = "$2" ]; then echo "ok $n"; else echo "not ok $n - expected $1, got $2"; fi
  n=$((n + 1))
}
