/** `loss_limits.max_daily_loss` is "Daily loss" to a reader. */

const NAMES: Record<string, string> = {
  "position_limits.max_shares": "Quantity of one position",
  "position_limits.max_notional_per_position": "Value of one position",
  "position_limits.max_total_exposure": "Total exposure",
  "position_limits.max_open_positions": "Open positions",
  "loss_limits.max_loss_per_trade": "Loss of one trade",
  "loss_limits.max_daily_loss": "Daily loss",
  "loss_limits.max_weekly_loss": "Weekly loss",
  "loss_limits.max_monthly_loss": "Monthly loss",
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
  "order_limits.max_orders_per_minute": "Orders in a minute",
  "order_limits.max_working_orders": "Working orders",
};

/** The limit's name in words. */
export function limitName(name: string): string {
  const known = NAMES[name];
  if (known !== undefined) return known;
  const words = (name.split(".").at(-1) ?? name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
