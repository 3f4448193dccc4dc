SET ROLE sec_owner;
DROP FUNCTION sec.issue_feed(bytea, uuid, uuid, text), sec.feeds_of(uuid), sec.revoke_feed(uuid, uuid), sec.feed_identity(bytea);
DROP TABLE sec.calendar_feed;
SET ROLE app_owner;
