/** `loss_limits.max_daily_loss` is "Daily loss" to a reader. */

const NAMES: Record<string, string> = {
  "position_limits.max_shares": "Quantity of one position",
  "position_limits.max_notional_per_position": "Value of one position",
  "position_limits.max_total_exposure": "Total exposure",
  "position_limits.max_open_positions": "Open positions",
  "position_limits.max_net_exposure": "Net exposure",
  "position_limits.max_percent_of_equity": "One position of equity",
  "position_limits.max_leverage": "Leverage",
  "position_limits.close_only": "Nothing new is opened",
  "position_limits.restricted_symbols": "Symbols that are not opened",
  "loss_limits.max_loss_per_trade": "Loss of one trade",
  "loss_limits.max_daily_loss": "Daily loss",
  "loss_limits.max_weekly_loss": "Weekly loss",
  "loss_limits.max_monthly_loss": "Monthly loss",
  "loss_limits.max_drawdown_percent": "Drawdown from the peak",
  "stop_loss.default_stop_loss_percent": "Stop below entry",
  "stop_loss.enable_trailing_stop": "Trailing stop",
  "stop_loss.trailing_stop_percent": "Trailing distance",
  "circuit_breaker.enabled": "Breaker",
  "circuit_breaker.daily_loss_threshold": "Breaker: daily loss",
  "circuit_breaker.max_consecutive_losses": "Breaker: losses in a row",
  "circuit_breaker.cooldown_minutes": "Breaker: cooldown",
  "circuit_breaker.auto_resume": "Breaker resumes by itself",
  "order_limits.price_collar_percent": "Distance of a limit from the price",
  "order_limits.max_price_age_seconds": "Age of a price",
  "order_limits.max_order_shares": "Shares of one order",
  "order_limits.max_order_value": "Value of one order",
  "order_limits.max_orders_per_second": "Orders in a second",
  "order_limits.max_orders_per_minute": "Orders in a minute",
  "order_limits.max_messages_per_second": "Orders and cancels in a second",
  "order_limits.max_messages_per_minute": "Orders and cancels in a minute",
  "order_limits.max_duplicate_orders": "Orders alike",
  "order_limits.duplicate_window_seconds": "Window for orders alike",
  "order_limits.max_executions_per_symbol": "Executions of one symbol",
  "order_limits.execution_window_seconds": "Window for executions",
  "order_limits.max_working_orders": "Working orders",
  "order_limits.max_targets_per_message": "Targets in one message",
};

/** The limit's name in words. */
export function limitName(name: string): string {
  const known = NAMES[name];
  if (known !== undefined) return known;
  const words = (name.split(".").at(-1) ?? name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
