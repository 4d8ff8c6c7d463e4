DROP TABLE "authtoken_token";
