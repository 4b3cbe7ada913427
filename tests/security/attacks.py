"""Each attack, and the tests that show what it meets. SECURITY.md has a row for each; `test_index` holds the two together."""

from typing import Final

ATTACKS: Final[dict[str, tuple[str, ...]]] = {
    "Path traversal": (
        "tests/hostile/test_validators.py::test_a_path_that_leads_elsewhere_is_refused",
        "tests/hostile/test_validators.py::test_a_link_that_leads_out_is_refused_and_one_that_stays_is_not",
        "tests/hostile/test_validators.py::test_an_id_is_a_file_name_everywhere",
        "tests/security/test_stages.py::test_no_stage_starts_a_process_asks_the_network_unpickles_or_writes_elsewhere",
    ),
    "Links, devices and open modes": (
        "tests/core/test_disk.py::test_a_link_out_of_the_project_is_refused",
        "tests/core/test_disk.py::test_what_is_no_file_stays_what_it_is",
        "tests/core/test_disk.py::test_what_is_private_is_its_owners_alone_at_every_moment",
    ),
    "Command and shell injection": (
        "tests/pipeline/test_dvc_yaml.py::test_command_is_constant_and_described",
        "tests/security/test_source.py::test_the_one_script_for_a_shell_is_constant_and_takes_what_it_runs_as_arguments",
        "tests/security/test_stages.py::test_no_stage_starts_a_process_asks_the_network_unpickles_or_writes_elsewhere",
        "tests/schedule/test_crontab.py::test_a_path_means_itself_to_cron_and_the_shell",
        "tests/commands/live/test_schedule.py::test_what_is_no_command_is_neither_valid_nor_installed",
    ),
    "Options as revisions": (
        "tests/hostile/test_validators.py::test_no_option_reaches_git_or_dvc_as_a_revision",
        "tests/challenge/test_revisions.py::test_what_names_no_commit_is_refused",
        "tests/ci/test_report.py::test_a_base_that_is_unknown_is_said_and_one_that_is_a_command_is_not_run",
    ),
    "YAML tags": ("tests/hostile/test_yaml.py::test_a_value_that_is_none_is_named_with_its_line",),
    "YAML and JSON bombs": (
        "tests/hostile/test_yaml.py::test_what_unfolds_without_end_is_refused_before_it_does",
        "tests/hostile/test_limits.py::test_json_nested_deep_is_refused_before_it_is_parsed",
    ),
    "Unsafe deserialisation": (
        "tests/security/test_source.py::test_no_file_runs_what_it_reads",
        "tests/security/test_stages.py::test_no_stage_starts_a_process_asks_the_network_unpickles_or_writes_elsewhere",
        "tests/security/test_parquet.py::test_no_type_of_a_column_is_unpickled",
    ),
    "Formula injection": (
        "tests/report/test_sheet.py::test_what_others_wrote_arrives_as_text",
        "tests/security/test_formulas.py::test_no_text_of_the_forecast_s_table_can_be_one",
    ),
    "HTML injection": (
        "tests/report/test_dashboard.py::test_everything_from_a_report_is_escaped",
        "tests/validation/test_page.py::test_hostile_text_is_escaped",
        "tests/weekly/test_page.py::test_hostile_text_is_escaped",
        "tests/report/test_charts.py::test_the_alternative_text_is_escaped",
    ),
    "Mail header injection": (
        "tests/mail/test_message.py::test_a_header_takes_no_second_line",
        "tests/mail/test_account.py::test_an_address_brings_no_header_of_its_own",
    ),
    "Terminal escapes": (
        "tests/hostile/test_terminal.py::test_what_a_provider_says_is_one_visible_line",
        "tests/commands/terminal/test_terminal.py::test_hostile_text_is_written_out_in_its_line",
    ),
    "XML entities": ("tests/security/test_xml.py::test_no_document_unfolds_entities_in_whatever_encoding",),
    "Decompression bombs": (
        "tests/providers/network/test_net.py::test_a_small_body_that_unpacks_to_much_is_not_read",
        "tests/providers/network/test_net.py::test_what_is_packed_twice_is_not_unpacked",
        "tests/hostile/test_limits.py::test_a_small_parquet_file_that_unpacks_to_much_is_refused_by_its_footer",
        "tests/importing/test_files.py::test_a_bomb_is_not_unpacked",
    ),
    "Slow regular expressions": ("tests/security/test_patterns.py::test_every_pattern_is_done_in_time",),
    "Secrets in logs": (
        "tests/providers/test_fetch_processes.py::test_as_a_process_that_fails_it_shows_and_stores_no_secret",
        "tests/hostile/test_terminal.py::test_no_secret_comes_back_in_what_a_provider_says",
        "tests/schedule/test_log.py::test_secrets_are_hidden_in_both_forms_and_settings_are_not",
        "tests/schedule/test_environment.py::test_a_file_that_others_may_read_is_refused",
    ),
    "Server-side request forgery": (
        "tests/providers/network/test_redirects.py::test_only_listed_hosts_and_https",
        "tests/providers/network/test_redirects.py::test_redirects_stay_on_listed_hosts",
    ),
    "A server that is not who it says": (
        "tests/providers/network/test_session.py::test_a_certificate_that_is_not_accepted_is_named_and_not_tried_again",
        "tests/mail/test_delivery.py::test_an_untrusted_certificate_gets_neither_password_nor_mail",
    ),
    "Parquet metadata": (
        "tests/security/test_parquet.py::test_notes_change_no_value",
        "tests/hostile/test_limits.py::test_a_date_out_of_range_is_no_panic",
    ),
    "An edited record": (
        "tests/ledger/test_rows.py::test_no_edited_character_goes_unseen",
        "tests/ledger/test_rows.py::test_an_edited_row_shows_both_ids",
    ),
    "A pull request against the workflows": (
        "tests/ci/test_workflows.py::test_no_secret_is_in_reach_of_a_pull_request",
        "tests/ci/test_workflows.py::test_no_expression_stands_in_a_script",
        "tests/ci/test_workflows.py::test_actions_are_pinned_by_a_commit_with_its_tag_beside_it",
    ),
    "A package with a known fault": (
        "tests/ci/test_audit.py::test_a_locked_version_that_an_advisory_is_about_is_named",
        "tests/ci/test_audit.py::test_without_a_database_nothing_is_called_checked",
    ),
}
