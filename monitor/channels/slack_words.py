"""Slack's error words, and what each means for a message and for its channel.

https://docs.slack.dev/reference/methods/chat.postMessage#errors and
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors.  Decides
nothing about words that are not here.
"""

from __future__ import annotations

# Try again: the trouble is Slack's, or our haste.
LATER = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "rollup_error",
        "team_added_to_org",
        "accesslimited",
    }
)

# Something in this message will never be taken.
MESSAGE_REFUSED = frozenset(
    {
        "msg_too_long",
        "msg_blocks_too_long",
        "no_text",
        "invalid_blocks",
        "invalid_blocks_format",
        "too_many_blocks",
        "invalid_attachments",
        "too_many_attachments",
        "invalid_payload",
        "invalid_json",
        "json_not_object",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_arg_name",
        "invalid_charset",
        "invalid_form_data",
        "invalid_post_type",
        "missing_post_type",
        "markdown_text_conflict",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "duplicate_message_not_found",
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "slack_connect_file_link_sharing_blocked",
        "cant_update_message",
        "edit_window_closed",
    }
)

# The message that this one answers was deleted, or its thread is closed.
THREAD_GONE = frozenset(
    {
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
    }
)

# The channel refuses everything until somebody has done what stands here.
MEND = {
    "invalid_auth": "the token is not valid",
    "not_authed": "no token was sent",
    "invalid_token": "the webhook is not valid any more: make a new one",
    "token_revoked": "the token was revoked: make a new one",
    "token_expired": "the token has expired: make a new one",
    "account_inactive": "the token's user or workspace was deleted",
    "missing_scope": "the app lacks a scope: see docs/slack-manifest.yaml",
    "not_in_channel": "invite the app to the channel: /invite @name",
    "channel_not_found": "there is no such channel, or the app is not in it",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "no_service": "the webhook was switched off or removed: make a new one",
    "no_service_id": "the webhook's address is not whole",
    "no_team": "the workspace is gone",
    "no_active_hooks": "the webhook is switched off",
    "team_disabled": "the workspace is switched off",
    "action_prohibited": "an administrator forbids it",
    "posting_to_general_channel_denied": "posting to #general is forbidden",
    "user_not_found": "the webhook's user is gone",
    "no_permission": "the token lacks a permission",
    "not_allowed_token_type": "token takes an xoxb-..., app_token an xapp-...",
    "restricted_action": "an administrator forbids posting there",
    "access_denied": "access to the channel is denied",
    "team_access_not_granted": "the token has no access to this workspace",
    "ekm_access_denied": "an administrator suspended posting",
    "org_login_required": "the workspace is being moved",
    "two_factor_setup_required": "the token's user has to set up two-factor sign-in",
    "enterprise_is_restricted": "the method cannot be called from an enterprise",
    "method_deprecated": "Slack has switched this method off",
    "deprecated_endpoint": "Slack has switched this address off",
    "unknown_method": "api: does not lead to Slack",
}
