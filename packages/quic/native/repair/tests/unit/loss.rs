#![allow(clippy::single_range_in_vec_init)]

use super::*;

#[test]
fn share_and_bursts_are_measured() {
    let mut loss = Loss::default();
    for packet in 0..3_000_u64 {
        // Three in a row of sixty.
        if packet % 60 < 3 {
            loss.on_lost(packet);
        } else {
            loss.on_acked();
        }
    }
    let LossView { share, burst } = loss.view();
    assert!((share - 0.05).abs() < 0.01, "{share}");
    assert!((burst - 3.0).abs() < 0.1, "{burst}");
    assert_eq!(Loss::default().view(), LossView::default());
}
