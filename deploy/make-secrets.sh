#!/bin/sh
# Makes the passwords and keys that a deployment needs, in FOLDER (default: .state/compose).
# What exists is kept, so running it again adds only what is missing. Needs openssl.
# docker-compose.yml reads the folder as it is; deploy/k8s/secrets.sh turns it into Secrets.
# Usage: deploy/make-secrets.sh [FOLDER] [NAME OF THE OPERATING ORGANISATION]
set -eu
umask 077
folder=${1:-.state/compose}
# The name is kept too: running this again without it must not rename the operator.
operator=${2:-$(cat "$folder/operator/name" 2>/dev/null || echo "Sandbox operator")}
case $operator in *[\"\\]*) echo "the name may hold no quotation mark and no backslash" >&2; exit 1 ;; esac

random_hex() { openssl rand -hex "$1"; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# A line for a password that passwords.env does not have yet. Hexadecimal: safe in a URL as it is.
add_password() {
    grep -q "^$1=" "$folder/passwords.env" 2>/dev/null ||
        printf '%s=%s\n' "$1" "$(random_hex 24)" >> "$folder/passwords.env"
}

# Write standard input to a file, whole or not at all. A container runs as a user of its own and must be
# able to read the file; the folder above, which only its owner may enter, keeps everybody else out.
write_file() {
    cat > "$1.new"
    [ -s "$1.new" ] || { echo "nothing was made for $1" >&2; exit 1; }
    chmod 0444 "$1.new"
    mv -f "$1.new" "$1"
}

# An OAuth client signs with Ed25519. The last 32 bytes of the DER forms are the raw private and public
# key, which is what a JWK carries.
client_key() {
    [ -e "$1" ] && return
    pem=$(openssl genpkey -algorithm ed25519)
    private=$(printf '%s\n' "$pem" | openssl pkey -outform DER | tail -c 32 | base64url)
    public=$(printf '%s\n' "$pem" | openssl pkey -pubout -outform DER | tail -c 32 | base64url)
    printf '{"kty":"OKP","crv":"Ed25519","alg":"Ed25519","use":"sig","kid":"%s","x":"%s","d":"%s"}\n' \
        "$(random_hex 8)" "$public" "$private" | write_file "$1"
}

random_key() {
    [ -e "$1" ] && return
    openssl rand 32 | base64url | write_file "$1"
}

# One client of clients.json: its id, name, kind and scopes, and the public half of its key.
client() {
    printf '    {"client_id": "%s", "name": "%s", "kind": "%s", "scopes": [%s],\n     "public_jwk": %s}' \
        "$1" "$2" "$3" "$4" "$(sed 's/,"d":"[^"]*"//' "$folder/$2/client-key.json")"
}

mkdir -p "$folder"
chmod 0700 "$folder"
add_password POSTGRES_PASSWORD
for schema in PARTNERS TOMS PROCUREMENT CHARTER REPORTING; do
    add_password "${schema}_OWNER_PASSWORD"
    add_password "${schema}_APP_PASSWORD"
done
for holder in partners-api toms-engine procurement-api charter-api reporting-api operator; do
    mkdir -p "$folder/$holder"
    chmod 0755 "$folder/$holder"
    [ "$holder" = operator ] || random_key "$folder/$holder/secret-key"
done
for holder in procurement-api charter-api reporting-api operator; do
    client_key "$folder/$holder/client-key.json"
done
random_key "$folder/procurement-api/sealing-key"

printf '%s\n' "$operator" | write_file "$folder/operator/name"

# What partners-api is told before anyone can call: who operates the platform, and which clients there are.
{
    printf '{\n  "operator": {"legal_name": "%s", "kind": "public"},\n  "clients": [\n' "$operator"
    client operator operator operator '"charter:write", "clients:admin", "clients:write", "frameworks:write",
     "hub:write", "organisations:write", "persons:write", "places:write", "publications:write", "reporting:read", "valuations:run"'
    printf ',\n'
    client service-procurement-api procurement-api service '"events:internal", "valuations:run"'
    printf ',\n'
    client service-charter-api charter-api service '"events:internal", "valuations:run"'
    printf ',\n'
    client service-reporting-api reporting-api service '"events:internal", "valuations:run"'
    printf '\n  ]\n}\n'
} | write_file "$folder/clients.json"
echo "secrets are in $folder"
