package credential

// addressed are addresses, headers and parameters that carry a credential. They count in settings; every manual has examples of them.
var addressed = []Rule{
	armoured(inSettings(glued(within(60, reaching(16_000, kind(High, "AsymmetricPrivateKey", "private-key", "Private key", `(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*`, "private key")))))),
	inSettings(kind(Medium, "Slack", "slack-web-hook", "Slack webhook", `hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{10,}`, "hooks.slack.com")),
	inSettings(kind(High, "HTTP", "authorization-header", "Authorization header", `(?i)authorization["']?:\s*["']?(?:bearer|basic|token)\s+[A-Za-z0-9+/_.=~-]{8,}`, "authorization")),
	inSettings(within(40, kind(High, "URL", "url-password", "URL with a password", `[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"']*:[^\s/@"'$<>{}*][^\s/@"']*@`, "://"))),
	inSettings(glued(kind(High, "URL", "url-credential", "URL with a credential", `(?i)[?&](?:access_token|token|api_?key|sig|signature|password|secret|client_secret|x-amz-signature)=[^\s&"'$<>{}]{8,}`,
		"?access_token=", "&access_token=", "?token=", "&token=", "?api_key=", "&api_key=", "?apikey=", "&apikey=", "?sig=", "&sig=", "?signature=", "&signature=",
		"?password=", "&password=", "?secret=", "&secret=", "?client_secret=", "&client_secret=", "?x-amz-signature=", "&x-amz-signature="))),
}
