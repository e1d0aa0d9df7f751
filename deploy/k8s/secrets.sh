#!/bin/sh
# Prints the Secrets of one namespace, and the ConfigMap with the platform's clients, from a folder that
# deploy/make-secrets.sh filled. Each namespace gets a folder of its own: sandbox and live share no key.
# Usage: deploy/k8s/secrets.sh FOLDER | kubectl apply --namespace cdp-sandbox --filename -
set -eu
folder=${1:?name the folder that deploy/make-secrets.sh filled}
. "$folder/passwords.env"

encoded() { openssl base64 -A < "$1"; }

# A role's name and password, from which the operator of PostgreSQL makes the role, and its address.
database_role() {
    role="cdp_$1_$2"
    cat <<YAML
---
apiVersion: v1
kind: Secret
metadata: {name: $1-db-$2, labels: {cnpg.io/reload: "true"}}
type: kubernetes.io/basic-auth
stringData:
  username: $role
  password: $3
  url: postgresql+asyncpg://$role:$3@cdp-postgres-rw:5432/cdp_$1?ssl=verify-full
YAML
}

service_keys() {
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata: {name: %s-keys}\ndata:\n' "$1"
    for key in secret-key client-key.json sealing-key; do
        [ ! -e "$folder/$1/$key" ] || printf '  %s: %s\n' "$key" "$(encoded "$folder/$1/$key")"
    done
}

database_role partners owner "$PARTNERS_OWNER_PASSWORD"
database_role partners app "$PARTNERS_APP_PASSWORD"
database_role toms owner "$TOMS_OWNER_PASSWORD"
database_role toms app "$TOMS_APP_PASSWORD"
database_role procurement owner "$PROCUREMENT_OWNER_PASSWORD"
database_role procurement app "$PROCUREMENT_APP_PASSWORD"
database_role charter owner "$CHARTER_OWNER_PASSWORD"
database_role charter app "$CHARTER_APP_PASSWORD"
database_role reporting owner "$REPORTING_OWNER_PASSWORD"
database_role reporting app "$REPORTING_APP_PASSWORD"
for service in partners-api toms-engine procurement-api charter-api reporting-api; do
    service_keys "$service"
done
printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: platform-clients}\nbinaryData:\n  clients.json: %s\n' \
    "$(encoded "$folder/clients.json")"
