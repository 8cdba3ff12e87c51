package credential

// beside is a value without a mark of its own, recognised by the name before it: the issuer's name, an assignment, and the value in quotes.
func beside(severity Severity, issuer, id, title, value string, words ...string) Rule {
	rule := Rule{ID: id, Issuer: issuer, Title: title, Severity: severity, words: words, reach: defaultReach, glued: true}
	rule.shape = `^(?i:\w+[\w .,-]{0,25}?["'\x60]?\s*(?:\|\|:|:=|<=|=>|[=:>]).{0,5}["'\x60](` + value + `)["'\x60])`
	return rule
}

const (
	uuid  = `[a-h0-9]{8}-[a-h0-9]{4}-[a-h0-9]{4}-[a-h0-9]{4}-[a-h0-9]{12}`
	hex32 = `[a-f0-9]{32}`
)

// named are the values that are recognised only by their name.
var named = []Rule{
	beside(High, "Heroku", "heroku-api-key", "Heroku API key", uuid, "heroku"),
	beside(Low, "Facebook", "facebook-token", "Facebook token", hex32, "facebook"),
	beside(Low, "Twitter", "twitter-token", "Twitter token", `[a-f0-9]{35,44}`, "twitter"),
	beside(Low, "Adobe", "adobe-client-id", "Adobe client id", hex32, "adobe"),
	beside(High, "Alibaba", "alibaba-secret-key", "Alibaba secret key", `[a-z0-9]{30}`, "alibaba"),
	beside(Medium, "Asana", "asana-client-id", "Asana client id", `[0-9]{16}`, "asana"),
	beside(Medium, "Asana", "asana-client-secret", "Asana client secret", `[a-z0-9]{32}`, "asana"),
	beside(High, "Atlassian", "atlassian-api-token", "Atlassian API token", `[a-z0-9]{24}`, "atlassian", "jira", "confluence"),
	beside(High, "Bitbucket", "bitbucket-client-id", "Bitbucket client id", `[a-z0-9]{32}`, "bitbucket"),
	beside(High, "Bitbucket", "bitbucket-client-secret", "Bitbucket client secret", `[a-z0-9_-]{64}`, "bitbucket"),
	beside(Low, "Beamer", "beamer-api-token", "Beamer API token", `b_[a-z0-9=_-]{44}`, "beamer"),
	beside(Low, "Contentful", "contentful-delivery-api-token", "Contentful delivery API token", `[a-z0-9=_-]{43}`, "contentful"),
	beside(Medium, "Datadog", "datadog-key", "Datadog key", `[a-f0-9]{32}|[a-f0-9]{40}`, "datadog"),
	beside(Medium, "Discord", "discord-api-token", "Discord API key", `[a-h0-9]{64}`, "discord"),
	beside(Medium, "Discord", "discord-client-id", "Discord client id", `[0-9]{18}`, "discord"),
	beside(Medium, "Discord", "discord-client-secret", "Discord client secret", `[a-z0-9=_-]{32}`, "discord"),
	beside(High, "Dropbox", "dropbox-api-secret", "Dropbox API secret", `[a-z0-9]{15}`, "dropbox"),
	beside(High, "Dropbox", "dropbox-short-lived-api-token", "Dropbox short-lived API token", `sl\.[a-z0-9=_-]{135}`, "dropbox"),
	beside(High, "Dropbox", "dropbox-long-lived-api-token", "Dropbox long-lived API token", `[a-z0-9]{11}AAAAAAAAAA[a-z0-9_=-]{43}`, "dropbox"),
	beside(Medium, "Fastly", "fastly-api-token", "Fastly API token", `[a-z0-9=_-]{32}`, "fastly"),
	beside(Medium, "Finicity", "finicity-client-secret", "Finicity client secret", `[a-z0-9]{20}`, "finicity"),
	beside(Medium, "Finicity", "finicity-api-token", "Finicity API token", hex32, "finicity"),
	beside(Low, "HubSpot", "hubspot-api-token", "HubSpot API token", uuid, "hubspot"),
	beside(Low, "Intercom", "intercom-api-token", "Intercom API token", `[a-z0-9=_]{60}`, "intercom"),
	beside(Low, "Intercom", "intercom-client-secret", "Intercom client secret or id", uuid, "intercom"),
	beside(Medium, "Linear", "linear-client-secret", "Linear client secret or id", hex32, "linear"),
	beside(Low, "LinkedIn", "linkedin-client-secret", "LinkedIn client secret", `[a-z]{16}`, "linkedin"),
	beside(Low, "LinkedIn", "linkedin-client-id", "LinkedIn client id", `[a-z0-9]{14}`, "linkedin"),
	beside(Low, "Lob", "lob-api-key", "Lob API key", `(?:live|test)_[a-f0-9]{35}`, "lob"),
	beside(Low, "Lob", "lob-pub-api-key", "Lob publishable API key", `(?:test|live)_pub_[a-f0-9]{31}`, "lob"),
	beside(Medium, "Mailgun", "mailgun-token", "Mailgun API token", `(?:pub)?key-[a-f0-9]{32}`, "mailgun"),
	beside(Medium, "Mailgun", "mailgun-signing-key", "Mailgun webhook signing key", `[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}`, "mailgun"),
	beside(Medium, "MessageBird", "messagebird-api-token", "MessageBird API token", `[a-z0-9]{25}`, "messagebird"),
	beside(Medium, "MessageBird", "messagebird-client-id", "MessageBird API client id", uuid, "messagebird"),
	beside(Medium, "NewRelic", "new-relic-user-api-id", "New Relic user API id", `[A-Z0-9]{64}`, "newrelic", "new_relic"),
	beside(Low, "Twitch", "twitch-api-token", "Twitch API token", `[a-z0-9]{30}`, "twitch"),
	beside(High, "Twilio", "twilio-auth-token", "Twilio auth token", hex32, "twilio"),
}
