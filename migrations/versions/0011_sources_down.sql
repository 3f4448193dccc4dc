SET ROLE ref_owner;
DROP FUNCTION ref.begin_load(text), ref.note_attempt(text, text, text, text),
  ref.finish_load(text, bigint, bigint, text, text, text, boolean, timestamptz, text), ref.index_statements(text, text);
DROP TABLE ref.leie, ref.leie_alias, ref.sam, ref.sam_alias, ref.cms_enrollment, ref.cms_reassignment, ref.opt_out, ref.license, ref.load;
SET ROLE app_owner;
